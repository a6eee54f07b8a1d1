import { startApp } from './compose.ts'
import { type Config, loadConfig } from './config/config.ts'
import { createLogger } from './logging/create-logger.ts'
import { printable } from './logging/printable.ts'
import { createShutdown } from './shutdown.ts'
import { explainFailure } from './start/explain-failure.ts'
import { openWarning, startLine } from './start/start-line.ts'
import { StartupError } from './start/startup-error.ts'
import { onParentGone } from './supervise-parent.ts'

const config = readConfig()
const log = createLogger(config.logLevel)
log.debug({ readMs: performance.now() }, 'The program is read')
const stack = new AsyncDisposableStack()

let starting: Promise<unknown> = Promise.resolve()
const shutdown = createShutdown({
  log,
  boundMs: config.drain.boundMs,
  exit: (code) => process.exit(code),
  // A stop during the start waits until the start ends. Only then has every part registered its end.
  stop: async () => {
    await starting.catch(() => undefined)
    await stack.disposeAsync()
  },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => shutdown.signal(signal))
onParentGone(() => shutdown.request('parent ended'))

starting = startApp(config, log, stack)
  .then(({ port }) => {
    log.info({ port }, startLine({ ...config, port }))
    const warning = openWarning(config)
    if (warning !== null) log.warn({}, warning)
  })
  .catch(async (error: unknown) => {
    await stack.disposeAsync().catch((cause: unknown) => log.error({ err: cause }, 'The stop failed'))
    refuse(error)
  })

function readConfig(): Config {
  try {
    return loadConfig()
  } catch (error) {
    if (error instanceof StartupError) return fail(error.message)
    throw error
  }
}

function refuse(error: unknown): never {
  const line = explainFailure(error, config)
  if (line === null) log.error({ err: error }, 'The start failed')
  return fail(line ?? 'see the line above')
}

function fail(line: string): never {
  console.error(`Deskbell cannot start: ${printable(line)}`)
  process.exit(1)
}
