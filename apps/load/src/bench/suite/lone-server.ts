import { type BenchPostgres, startBenchPostgres } from './bench-postgres.ts'
import { type ProductServer, startProductServer } from './product-server.ts'

/** One server process on a database of its own. */
export async function startLoneServer(
  stack: AsyncDisposableStack,
): Promise<{ server: ProductServer; postgres: BenchPostgres }> {
  const postgres = stack.use(await startBenchPostgres())
  const server = stack.use(await startProductServer(postgres.connectionString))
  return { server, postgres }
}
