import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findBinaries } from '@deskbell/db/embedded/binaries'
import { openDataFolder } from '@deskbell/db/embedded/data-folder/data-folder'
import { initCluster } from '@deskbell/db/embedded/data-folder/init-cluster'
import { chooseRunAs } from '@deskbell/db/embedded/run-as'
import { launchServer } from '@deskbell/db/embedded/server/server-process'
import { serverArguments, writeAccessRules } from '@deskbell/db/embedded/server/server-settings'
import { openSocketFolder } from '@deskbell/db/embedded/server/socket-folder'
import { migrate } from '@deskbell/db/migration/migrate'
import { execute } from '@deskbell/testkit/execute'
import { freePort } from '@deskbell/testkit/free-port'
import { silentLogger } from '@deskbell/testkit/silent-logger'

export type BenchPostgres = AsyncDisposable & {
  /** The product's database, migrated, over the unix socket, as every contender that can gets it. */
  readonly connectionString: string
  /** The superuser in any database. */
  adminOf(database: string): string
  /** Its first process: all others of the server are children of it. */
  readonly pid: number
  /** For a peer that knows no unix sockets: a role and a database of this name, with a password, on loopback. */
  readonly tcp: { host: string; port: number; password: string }
}

/** The name of the role and of the database that may come by TCP. */
export const peerName = 'peer'

/**
 * The product's own PostgreSQL with the settings that the product gives it. One thing is added: it listens on loopback,
 * too, because not every peer can use a unix socket, and all of them must share one server.
 */
export async function startBenchPostgres(): Promise<BenchPostgres> {
  await using undo = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'dbb-'))
  undo.defer(() => rm(dataDir, { recursive: true, force: true }))
  const [host, port, password] = ['127.0.0.1', await freePort(), randomBytes(12).toString('hex')]
  const { socketFolder, pid } = await launch(undo, dataDir, [`listen_addresses=${host}`, `port=${port}`])
  const addressOf = (role: string, database: string) =>
    `postgresql://${role}@/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`
  const admin = addressOf('postgres', 'postgres')
  for (const statement of [
    'create role deskbell login',
    'create database deskbell owner deskbell',
    `create role ${peerName} login password '${password}'`,
    `create database ${peerName} owner ${peerName}`,
  ])
    await execute(admin, statement)
  const connectionString = addressOf('deskbell', 'deskbell')
  await migrate(connectionString)
  const running = undo.move()
  return {
    connectionString,
    adminOf: (database) => addressOf('postgres', database),
    pid,
    tcp: { host, port, password },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function launch(
  undo: AsyncDisposableStack,
  dataDir: string,
  settings: readonly string[],
): Promise<{ socketFolder: string; pid: number }> {
  const binaries = findBinaries()
  const folder = await openDataFolder(dataDir)
  const runAs = await chooseRunAs(binaries.postgres, folder.path)
  await initCluster(folder, binaries, runAs)
  await writeAccessRules(folder)
  await appendFile(join(folder.path, 'pg_hba.conf'), `host ${peerName} ${peerName} 127.0.0.1/32 scram-sha-256\n`)
  const socket = await openSocketFolder(folder, runAs.user)
  undo.defer(socket.remove)
  const own = serverArguments({ folder, socketFolder: socket.path, maxConnections: 100 })
  // What comes later on the command line wins.
  const args = [...own, ...settings.flatMap((setting) => ['-c', setting])]
  const server = launchServer({ runAs, program: binaries.postgres, args, cluster: folder.cluster, log: silentLogger })
  undo.defer(server.stop)
  if (!(await server.ready())) throw new Error(`PostgreSQL did not start: ${await server.ended}`)
  const record = await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8')
  return { socketFolder: socket.path, pid: Number(record.split('\n', 1)[0]) }
}
