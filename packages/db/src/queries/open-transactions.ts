import { sql } from 'drizzle-orm'
import type { Executor } from '../transaction.ts'

/** `ageMs`: null where the role may not see when another role's transaction began. */
export type OpenTransaction = { xid: string; pid: number | null; applicationName: string; ageMs: number | null }

/**
 * The oldest transaction of the whole server that has written: the feed's horizon waits for it. Prepared ones have no
 * process. A plain role sees process, name and number of every transaction, but not the beginning of foreign ones.
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
