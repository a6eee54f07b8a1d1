import { execute } from '@deskbell/testkit/execute'
import type { BenchPostgres } from '../suite/bench-postgres.ts'

export type StoredCount = {
  /** Rows of messages that were stored since. */
  since(): Promise<number>
}

/** `id` rises from row to row; its name is that, when nothing else is said. */
type Rows = { database: string; table: string; where: string; id?: string }

export function countStored(postgres: BenchPostgres): Promise<StoredCount> {
  return countRows(postgres, { database: 'deskbell', table: 'messages', where: 'true' })
}

/**
 * Counts what a run stores, in the database itself. First the dead rows and the statistics that the run before has left
 * are dealt with, and then a checkpoint, so that every run begins with none due.
 */
export async function countRows(
  postgres: Pick<BenchPostgres, 'adminOf'>,
  { database, table, where, id = 'id' }: Rows,
): Promise<StoredCount> {
  const address = postgres.adminOf(database)
  await execute(address, 'vacuum (analyze)')
  await execute(address, 'checkpoint')
  const [newest] = await execute(address, `select coalesce(max(${id}), 0) as id from ${table}`)
  const condition = `${id} > ${Number(newest?.['id'])} and ${where}`
  return {
    async since() {
      const [row] = await execute(address, `select count(*) as rows from ${table} where ${condition}`)
      return Number(row?.['rows'])
    },
  }
}

type Outcome = { acknowledged: number; unavailable: number; stored: number }

/**
 * The promise that every contender makes, and the reason to time it at all. Where an overloaded server could not say
 * what became of a message, it may be stored, too.
 */
export function requireStored(name: string, { acknowledged, unavailable, stored }: Outcome): void {
  if (stored >= acknowledged && stored <= acknowledged + unavailable) return
  throw new Error(`${name}: ${acknowledged} messages were acknowledged, and ${stored} are stored.`)
}
