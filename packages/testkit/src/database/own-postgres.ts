import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedPostgres, startPostgres } from '@deskbell/db/embedded/start-postgres'
import { migrate } from '@deskbell/db/migration/migrate'
import { silentLogger } from '../silent-logger.ts'
import { onDatabase } from './database-url.ts'

/** A PostgreSQL of its own for a test that stops or suspends it. */
export type OwnPostgres = AsyncDisposable & {
  /** The same after a restart. */
  readonly connectionString: string
  /** As the superuser, to the database of the product. */
  readonly adminConnectionString: string
  stop(): Promise<void>
  /** Stops the server without a checkpoint, so that the next start recovers from the write-ahead log. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Suspends its processes. Connections stay open, and statements get no answer. */
  freeze(): Promise<void>
  resume(): void
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'dbo-'))
  const launch = () => startPostgres({ dataDir, log: silentLogger })
  let server: EmbeddedPostgres = await launch()
  let frozen: string[] = []
  const { connectionString } = server
  const adminConnectionString = onDatabase(server.adminConnectionString, 'deskbell')
  await migrate(connectionString)
  const resume = () => signal(frozen.splice(0), '-CONT')
  return {
    connectionString,
    adminConnectionString,
    stop: () => server.stop(),
    async crash() {
      const [first = ''] = await processes(dataDir)
      signal([first], '-QUIT')
      // Without this the supervisor would restart the server.
      await server.stop()
    },
    async start() {
      server = await launch()
    },
    async freeze() {
      frozen = await processes(dataDir)
      signal(frozen, '-STOP')
    },
    resume,
    async [Symbol.asyncDispose]() {
      resume()
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Returns the process ids of the postmaster, which is the first, and of its children. */
async function processes(dataDir: string): Promise<string[]> {
  const record = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')
  const [first = ''] = record.split('\n', 1)
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', first], { encoding: 'utf8' })
  return [first, ...children.split('\n').map((pid) => pid.trim())].filter((pid) => pid !== '')
}

function signal(pids: readonly string[], name: '-STOP' | '-CONT' | '-QUIT'): void {
  if (pids.length > 0) execFileSync('kill', [name, ...pids])
}
