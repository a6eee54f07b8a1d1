import { createHttpServer } from '@deskbell/api/http/create-http-server'
import type { HttpOptions } from '@deskbell/api/http/http-options'
import type { Bus } from '@deskbell/bus/bus'
import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { createPostgresBus } from '@deskbell/bus/postgres-bus'
import type { Core } from '@deskbell/core/context'
import { type CoreOptions, createCore } from '@deskbell/core/create-core'
import type { Logger } from '@deskbell/core/logger'
import type { FilesOptions } from '@deskbell/core/stored-files/files'
import { type Database, openDatabase } from '@deskbell/db/database'
import { freshDatabase } from './database/fresh-database.ts'
import { testSecrets } from './fresh-core.ts'
import { silentLogger } from './silent-logger.ts'
import { testFiles } from './test-files.ts'

export type TestServer = AsyncDisposable & {
  /** Without a slash at the end. */
  readonly url: string
  readonly wsUrl: string
  readonly core: Core
  readonly db: Database
  readonly connectionString: string
  /** For another server on the same database. */
  readonly files: FilesOptions
  openSockets(): number
  /** The number of upgrades that wait to be admitted. */
  waitingUpgrades(): number
  /** The number of open sockets that the server has begun to close. */
  closingSockets(): number
  openStreams(): number
  /** Interrupts the streams over HTTP, as a broken connection does. */
  cutStreams(): void
  /** The greatest number of bytes that wait for one socket or stream. */
  waitingBytesMax(): number
  drain(): Promise<void>
  close(): Promise<void>
}

export type TestServerOptions = Partial<Omit<HttpOptions, 'core'>> & {
  /** An existing database, such as that of another server. Default: a fresh one, which is dropped at the end. */
  connectionString?: string
  /** `postgres` connects the servers on one database. Default: `memory`. */
  bus?: 'memory' | 'postgres'
  poolMax?: number
  /** Default: any free one. */
  port?: number
} & Pick<CoreOptions, 'clock' | 'closedChat' | 'presenceTimings' | 'oidc' | 'passwordsOff'> &
  Partial<Pick<CoreOptions, 'files'>>

/** Starts a real server on a free port. By default it has no limits of rates and connections. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const {
    log = silentLogger,
    authMode = 'open',
    clock,
    closedChat,
    presenceTimings,
    oidc,
    passwordsOff,
    files: given,
    ...http
  } = options
  const { db, connectionString, drop } = await database(options)
  const bus = makeBus(options.bus ?? 'memory', { connectionString, log })
  const secrets = testSecrets()
  const own = await testFiles()
  const signIn = { ...(oidc && { oidc }), ...(passwordsOff && { passwordsOff }) }
  const settings = {
    authMode,
    secrets,
    files: given ?? own,
    presenceTimings,
    ...signIn,
    ...(clock && { clock }),
    ...(closedChat && { closedChat }),
  }
  const core = createCore({ db, bus, log, ...settings })
  await bus.start()
  await core.start()
  const server = await createHttpServer({ ...defaults, ...http, authMode, log, core })
  const { port } = await server.listen(options.port ?? 0, '127.0.0.1')
  let closed: Promise<void> | undefined
  const stop = async () => {
    await server.close()
    await core.stop()
    await bus.stop()
    await own[Symbol.asyncDispose]()
    await drop()
  }
  const close = () => (closed ??= stop())
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    core,
    db,
    files: settings.files,
    connectionString,
    openSockets: () => server.openSockets(),
    waitingUpgrades: () => server.waitingUpgrades(),
    closingSockets: () => server.closingSockets(),
    openStreams: () => server.openStreams(),
    cutStreams: () => server.cutStreams(),
    waitingBytesMax: () => server.waitingBytesMax(),
    drain: () => server.drain(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Starts two servers on one database that are connected by the PostgreSQL bus, like two processes. */
export async function startServerPair(
  options: TestServerOptions = {},
): Promise<[TestServer, TestServer] & AsyncDisposable> {
  const first = await startTestServer({ ...options, bus: 'postgres' })
  const second = await startTestServer({
    ...options,
    bus: 'postgres',
    connectionString: first.connectionString,
    files: first.files,
  })
  const dispose = async () => {
    await second.close()
    await first.close()
  }
  return Object.assign([first, second] satisfies [TestServer, TestServer], { [Symbol.asyncDispose]: dispose })
}

const defaults = {
  roles: { api: true, live: true, pages: true },
  pagesDir: null,
  allowedOrigins: [],
  allowedHosts: [],
  rateLimits: false,
  connectionsPerAddress: Number.POSITIVE_INFINITY,
  trustProxy: false,
  ready: () => true,
} satisfies Omit<HttpOptions, 'core' | 'log' | 'authMode'>

type OpenDatabase = { db: Database; connectionString: string; drop: () => Promise<void> }

async function database({ connectionString, poolMax = 10 }: TestServerOptions): Promise<OpenDatabase> {
  if (connectionString === undefined) return freshDatabase({ poolMax })
  const db = openDatabase({ connectionString, poolMax, applicationName: 'test' })
  return { db, connectionString, drop: () => db.close() }
}

function makeBus(kind: 'memory' | 'postgres', options: { connectionString: string; log: Logger }): Bus {
  return kind === 'memory' ? createInProcessBus() : createPostgresBus(options)
}
