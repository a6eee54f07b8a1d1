import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { say } from './failure.mjs'
import { root } from './paths.mjs'
import { run, runAttached } from './run.mjs'
import { forServer, serverArgs } from './serve.mjs'

const settleMs = 150

/** The server, started again whenever a source of it changes, and vite's server for the pages in front of it. */
export async function dev({ node, env }) {
  const serverEnv = forServer(env)
  const pages = run(join(root, 'apps/web/node_modules/.bin/vite'), [], { env: serverEnv, cwd: join(root, 'apps/web') })
  const server = serveAndWatch(node, serverEnv)
  return await Promise.race([pages, server])
}

async function serveAndWatch(node, env) {
  const changes = watchSources()
  for (;;) {
    let server = null
    const onStart = (child) => {
      server = child
    }
    const ended = runAttached(node, serverArgs, { env, onStart })
    await changes.next()
    if (server.exitCode === null) say('a source has changed: starting the server again')
    if (server.connected) server.disconnect()
    await ended
  }
}

/** @returns `next`, which resolves once the sources have changed since the last call and are quiet again. */
function watchSources() {
  let timer = null
  let onChange = () => {}
  for (const folder of sourceFolders()) {
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file || file.includes('.test.')) return
      clearTimeout(timer)
      timer = setTimeout(() => onChange(), settleMs)
    })
  }
  const next = () =>
    new Promise((resolve) => {
      onChange = resolve
    })
  return { next }
}

function sourceFolders() {
  const packages = readdirSync(join(root, 'packages')).filter((name) => name !== 'sdk' && name !== 'testkit')
  return [...packages.map((name) => join(root, 'packages', name, 'src')), join(root, 'apps/server/src')]
}
