import { loginOutputSchema } from '@deskbell/contract/users'
import { migrate } from '@deskbell/db/migration/migrate'
import { onDatabase } from '@deskbell/testkit/database/database-url'
import { fillDatabase } from '@deskbell/testkit/database/fill-database'
import type { OwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { execute } from '@deskbell/testkit/execute'
import { type StockClient, stockClient } from '@deskbell/testkit/probes/live-probe'
import { startProductServer } from '../suite/product-server.ts'
import type { GrowthSize } from './growth-sizes.ts'

/** A server on a database of one size, and its busiest operator at a socket. */
export type GrowthSite = { size: GrowthSize; client: StockClient['client'] }

/** A database of its own on the server that all sizes share. */
export async function makeDatabase(postgres: OwnPostgres, size: GrowthSize): Promise<string> {
  const name = `growth_${size.messages}`
  await execute(postgres.adminConnectionString, `create database ${name} owner deskbell`)
  const connectionString = onDatabase(postgres.connectionString, name)
  await migrate(connectionString)
  const admin = onDatabase(postgres.adminConnectionString, name)
  await fillDatabase(admin, size)
  await execute(admin, 'checkpoint')
  return connectionString
}

export async function openSite(
  stack: AsyncDisposableStack,
  size: GrowthSize,
  connectionString: string,
): Promise<GrowthSite> {
  const [site] = await openSites(stack, { size, connectionString, sockets: 1 })
  if (site === undefined) throw new Error('There is no socket.')
  return site
}

/** Opens several sockets at one server: each takes only so many calls at once. */
export async function openSites(
  stack: AsyncDisposableStack,
  { size, connectionString, sockets }: { size: GrowthSize; connectionString: string; sockets: number },
): Promise<GrowthSite[]> {
  const server = stack.use(await startProductServer(connectionString))
  const response = await fetch(`${server.url}/api/users/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'operator-1@example.test', name: 'Operator 1', role: 'operator' }),
  })
  const { token } = loginOutputSchema.parse(await response.json())
  const open = () => ({ size, client: stack.use(stockClient(server.wsUrl, token)).client })
  return Array.from({ length: sockets }, open)
}
