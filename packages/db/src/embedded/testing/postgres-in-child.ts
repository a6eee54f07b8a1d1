import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { SystemUser } from '../system-users.ts'

/** For tests that kill a Deskbell: a Node process with an embedded PostgreSQL. */
export type PostgresInChild = {
  process: ChildProcess
  /** The connection string, or the name and message of the error that ended the start. */
  answer: string
  started: boolean
  kill(signal: NodeJS.Signals): Promise<void>
}

const program = `
const { startPostgres } = await import(process.argv[1])
const log = { debug() {}, info() {}, warn() {}, error() {} }
try {
  const server = await startPostgres({ dataDir: process.argv[2], log })
  console.log('started ' + server.connectionString)
  process.once('SIGTERM', () => server.stop())
} catch (error) {
  console.log('refused ' + error.name + ': ' + error.message)
}
`

/** Resolves when the start has succeeded or failed. `user`: the system user to run it as, if the test runs as root. */
export async function postgresInChild(dataDir: string, user?: SystemUser): Promise<PostgresInChild> {
  const module = new URL('../start-postgres.ts', import.meta.url).href
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, module, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(user && { uid: user.uid, gid: user.gid }),
  })
  const ended = once(child, 'exit')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const answer = String(line)
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  return { process: child, answer: answer.slice(8), started: answer.startsWith('started '), kill }
}
