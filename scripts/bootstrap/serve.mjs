import { runAttached } from './run.mjs'

/** A larger young generation only lets garbage lie: it made the process 100 MB larger and nothing quicker. */
const youngGeneration = '--max-semi-space-size=4'

export const serverArgs = ['--disable-warning=ExperimentalWarning', youngGeneration, 'apps/server/src/main.ts']

/** Runs the server until it, or whoever started us, ends. */
export async function serve({ node, env }) {
  return await runAttached(node, serverArgs, { env: forServer(env) })
}

/** The server gets the person's environment, without what is only npm's. */
export function forServer(env) {
  const { npm_config_loglevel: _loglevel, npm_config_update_notifier: _notifier, ...rest } = env
  return rest
}
