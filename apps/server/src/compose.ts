import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { linkTo } from '@deskbell/api/addresses'
import { createHttpServer } from '@deskbell/api/http/create-http-server'
import { createSetupLink } from '@deskbell/core/auth/accounts/set-up'
import type { Core } from '@deskbell/core/context'
import { createCore } from '@deskbell/core/create-core'
import type { Logger } from '@deskbell/core/logger'
import type { Config } from './config/config.ts'
import { roles } from './config/roles.ts'
import { createOidc, requireAdminWithoutPassword } from './create-oidc.ts'
import { smtpSender } from './mail/smtp-sender.ts'
import { monitorDatabase } from './storage/database-monitor.ts'
import { openBus } from './storage/open-bus.ts'
import { openFiles } from './storage/open-files.ts'
import { openStorage } from './storage/open-storage.ts'
import { openSecrets } from './storage/secrets-key-file.ts'

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

  const secrets = await openSecrets(config.secretsKeyFile, db)
  const { authMode, closedChat, passwordsOff, fetchAllow } = config
  const core = createCore({
    db,
    bus,
    log,
    authMode,
    secrets,
    files: await openFiles(config, stack),
    fetchAllow,
    closedChat,
    sendMail: config.mail && smtpSender(config.mail),
    passwordsOff,
    oidc: createOidc(config),
  })
  stack.defer(() => core.stop())
  await core.start()
  await requireAdminWithoutPassword(core)

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
    consoleUrl: config.consoleUrl,
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
  const { port } = await server.listen(config.port, config.host)
  // After the start: a link that nobody can open yet would be of no use.
  if (parts.api) await printSetupLink(core, config)
  return { port }
}

/** On standard output and in no log, because who has the link becomes the admin. */
async function printSetupLink(core: Core, addresses: Config): Promise<void> {
  const token = await createSetupLink(core)
  if (token !== null) process.stdout.write(`${linkTo(addresses, '/setup', token)}\n`)
}
