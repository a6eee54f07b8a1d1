import type { Database } from '@deskbell/db/database'
import { waitFor } from './wait-for.ts'

/**
 * Waits until no transaction of the cluster is older than the newest row of the feed. Until then, whoever reads the feed up to
 * its horizon reads that row again or not at all, and transactions of other tests' databases count too.
 */
export async function feedSettled({ pool }: Pick<Database, 'pool'>): Promise<void> {
  await waitFor(async () => {
    const { rows } = await pool.query<{ settled: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) > xid as settled from feed order by xid desc limit 1',
    )
    return rows[0]?.settled ?? true
  })
}
