import { type OwnPostgres, startOwnPostgres } from '@deskbell/testkit/own-postgres'
import { ServerProcess } from '../servers/server-process.ts'

/** One server process on a database of its own, for a benchmark. */
export async function startLoneServer(
  stack: AsyncDisposableStack,
): Promise<{ server: ServerProcess; postgres: OwnPostgres }> {
  const postgres = stack.use(await startOwnPostgres())
  const { connectionString } = postgres
  // A thousand sign-ins from one address are no attack here.
  const server = await ServerProcess.start({ name: 'server', connectionString, bugs: [], rateLimits: false })
  stack.defer(async () => void (await server.end('SIGKILL')))
  return { server, postgres }
}
