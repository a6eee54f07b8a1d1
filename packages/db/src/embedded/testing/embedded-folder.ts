import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, type StartPostgresOptions, startPostgres } from '../start-postgres.ts'

/** For tests: a data folder in a private temporary folder. Disposing it stops its servers and removes it. */
export type EmbeddedFolder = AsyncDisposable & {
  readonly dataDir: string
  readonly cluster: string
  /** The messages that were logged, in order. */
  readonly logged: string[]
  start(options?: Partial<StartPostgresOptions>): Promise<EmbeddedPostgres>
  /** The server's process id, or undefined when it has none recorded. */
  serverPid(): Promise<number | undefined>
}

export async function embeddedFolder(name = 'data'): Promise<EmbeddedFolder> {
  const home = await mkdtemp(join(tmpdir(), 'deskbell-home-'))
  await chmod(home, 0o700)
  const dataDir = join(home, name)
  const cluster = join(dataDir, 'postgres')
  const logged: string[] = []
  const started: EmbeddedPostgres[] = []
  return {
    dataDir,
    cluster,
    logged,
    start: async (options) => {
      const server = await startPostgres({ dataDir, log: logInto(logged), ...options })
      started.push(server)
      return server
    },
    serverPid: () => recordedPid(cluster),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(started.map((server) => server.stop()))
      await rm(home, { recursive: true, force: true })
    },
  }
}

/** Runs one statement on a connection of its own and returns its rows. */
export async function ask(connectionString: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** Returns the ids of processes whose command line contains this cluster: the postmaster, but not its children. */
export async function serverProcesses(cluster: string): Promise<number[]> {
  const ids = (await readdir('/proc')).map(Number).filter((id) => id > 0)
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return ids.filter((_, index) => commands[index]?.includes(cluster))
}

/** Returns the process ids of the postmaster and its children. */
export async function serverFamily(postmaster: number): Promise<number[]> {
  const text = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
  return [postmaster, ...text.split(' ').filter(Boolean).map(Number)]
}

async function recordedPid(cluster: string): Promise<number | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : undefined
}

function logInto(logged: string[]): StartPostgresOptions['log'] {
  const write = (_: object, message: string) => void logged.push(message)
  return { debug: write, info: write, warn: write, error: write }
}
