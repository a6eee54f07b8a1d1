import { sql } from 'drizzle-orm'
import type { Executor } from '../../transaction.ts'

/** `ageMs`: null when the role may not see the start of a transaction of another role. */
export type OpenTransaction = { xid: string; pid: number | null; applicationName: string; ageMs: number | null }

/**
 * Returns the oldest open transaction of the whole server that has written. The horizon of the feed stays below it.
 * Prepared transactions have no process. A role that is no superuser sees the process, name and xid of every
 * transaction, but the start only of its own ones.
 */
export async function readOldestOpenTransaction(executor: Executor): Promise<OpenTransaction | undefined> {
  const { rows } = await executor.execute<OpenTransaction>(sql`
    select xid::text as xid, pid, coalesce(name, '') as "applicationName",
           (extract(epoch from clock_timestamp() - began) * 1000)::float8 as "ageMs"
    from (
      select backend_xid as xid, pid, application_name as name, xact_start as began
      from pg_stat_activity where backend_xid is not null
      union all
      select transaction, null, 'prepared transaction', prepared from pg_prepared_xacts
    ) as open
    order by age(xid) desc, began limit 1`)
  return rows[0]
}
