import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createHttpServer } from '@deskbell/api/http/create-http-server'
import { createCore } from '@deskbell/core/create-core'
import type { Logger } from '@deskbell/core/logger'
import type { Config } from './config/config.ts'
import { roles } from './config/roles.ts'
import { monitorDatabase } from './storage/database-monitor.ts'
import { openBus } from './storage/open-bus.ts'
import { openStorage } from './storage/open-storage.ts'

const pagesDir = join(import.meta.dirname, '../../web/dist')

/**
 * Builds and starts every part of the process once. Each part registers its end on `stack`, so a stop runs in reverse
 * order, also after a start that failed half-way: drain and close the server, then stop the monitor, the core, the bus,
 * the pool and the embedded database. Resolves with the port that the server listens on.
 */
export async function startApp(config: Config, log: Logger, stack: AsyncDisposableStack): Promise<{ port: number }> {
  const { db, connectionString, isUp } = await openStorage(config, log, stack)

  const bus = openBus({ kind: config.bus, connectionString, log })
  stack.defer(() => bus.stop())
  await bus.start()

  const core = createCore({ db, bus, log, authMode: config.authMode, closedChat: config.closedChat })
  stack.defer(() => core.stop())
  await core.start()

  const monitor = monitorDatabase({ db, isUp })
  stack.defer(() => monitor.stop())

  let stopping = false
  const parts = roles[config.role]
  const server = await createHttpServer({
    core,
    log,
    roles: parts,
    pagesDir: parts.pages && existsSync(pagesDir) ? pagesDir : null,
    authMode: config.authMode,
    publicUrl: config.publicUrl,
    allowedOrigins: config.allowedOrigins,
    allowedHosts: [],
    rateLimits: config.rateLimits,
    connectionsPerAddress: config.connectionsPerAddress,
    trustProxy: config.trustProxy,
    timings: { drainMs: config.drain.windowMs, drainGraceMs: config.drain.graceMs },
    ready: () => !stopping && monitor.answers(),
  })
  stack.defer(async () => {
    stopping = true
    await server.drain()
    await server.close()
  })
  return await server.listen(config.port, config.host)
}
