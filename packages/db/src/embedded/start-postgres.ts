import { resolve } from 'node:path'
import { type Binaries, findBinaries } from './binaries.ts'
import { type DataFolder, hasCluster, openDataFolder, refuseOtherVersion } from './data-folder/data-folder.ts'
import { DataFolderError } from './data-folder/data-folder-error.ts'
import { lockFolder } from './data-folder/folder-lock.ts'
import { initCluster } from './data-folder/init-cluster.ts'
import { openProductDatabase } from './product-database.ts'
import { chooseRunAs } from './run-as.ts'
import { clearLeftover } from './server/leftover-server.ts'
import type { PostgresLogger } from './server/postgres-log.ts'
import { launchServer } from './server/server-process.ts'
import { serverArguments, writeAccessRules } from './server/server-settings.ts'
import { openSocketFolder } from './server/socket-folder.ts'
import { type ServerState, supervise } from './server/supervisor.ts'

export type StartPostgresOptions = {
  /** It is made if it does not exist. A folder that another Deskbell uses is refused. */
  dataDir: string
  log: PostgresLogger
  /** Default: 100. */
  maxConnections?: number
  /** Default: those that npm installed. */
  binaries?: Binaries
}

export type EmbeddedPostgres = {
  /** The product's database, as its owner, which is no superuser. */
  readonly connectionString: string
  /** As the superuser, for maintenance. The product must not use it. */
  readonly adminConnectionString: string
  state(): ServerState
  /** Stops the server cleanly and unlocks the folder. May be called more than once. */
  stop(): Promise<void>
}

/**
 * Starts the bundled PostgreSQL on a data folder and keeps it running until `stop`, or until this process ends.
 * Throws a `DataFolderError` with a one-line message when it cannot start.
 * docs/subsystems/embedded-postgres.md describes the design, and simpler ones that fail.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  ignoreEnvironment()
  const binaries = options.binaries ?? findBinaries()
  const folder = await openDataFolder(resolve(options.dataDir))
  const lock = lockFolder(folder.path)
  try {
    const server = await startOn(folder, binaries, options)
    const stop = () => server.stop().finally(() => lock.release())
    let stopped: Promise<void> | undefined
    return { ...server, stop: () => (stopped ??= stop()) }
  } catch (error) {
    lock.release()
    throw asDataFolderError(error, folder)
  }
}

/**
 * Variables such as `PGSSLMODE` and `PGOPTIONS` in the environment are meant for another server. The children do not
 * get them, but `pg` reads them for every connection. So all variables of that form are removed from this process.
 */
function ignoreEnvironment(): void {
  const { env } = process
  for (const name of Object.keys(env)) if (/^PG[A-Z]/.test(name)) delete env[name]
}

async function startOn(
  folder: DataFolder,
  binaries: Binaries,
  options: StartPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, maxConnections = 100 } = options
  const { cluster } = folder
  const exists = await hasCluster(folder)
  const runAs = await chooseRunAs(binaries.postgres, exists ? cluster : folder.path)
  if (exists) await refuseOtherVersion(folder, binaries.major)
  else await initCluster(folder, binaries, runAs)
  await clearLeftover(cluster, log)

  await writeAccessRules(folder)
  await using undo = new AsyncDisposableStack()
  const socket = await openSocketFolder(folder, runAs.user)
  undo.defer(socket.remove)
  const args = serverArguments({ folder, socketFolder: socket.path, maxConnections })
  const supervisor = await supervise(() => launchServer({ runAs, program: binaries.postgres, args, cluster, log }), log)
  undo.defer(supervisor.stop)
  const database = await openProductDatabase(folder, socket.path, log)
  // The start has succeeded. `stop` now does what a failed start would have undone here.
  const running = undo.move()
  return { ...database, state: supervisor.state, stop: () => running.disposeAsync() }
}

function asDataFolderError(error: unknown, folder: DataFolder): DataFolderError {
  if (error instanceof DataFolderError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new DataFolderError(`The database in ${folder.path} could not be started: ${reason}`, { cause: error })
}
