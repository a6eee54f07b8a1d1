import { runAttached } from './run.mjs'

/**
 * With the default (16 MB) the process is 100 MB larger after a load, and stores up to a fifth more messages a second with
 * hundreds in flight. A message that comes alone takes as long with both.
 */
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
