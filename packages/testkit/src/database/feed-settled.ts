import type { Database } from '@deskbell/db/database'
import { waitFor } from '../wait-for.ts'

/**
 * Waits until the horizon of the feed is above its newest row. Until then a reader that resumes may get that row again.
 * Open transactions in the databases of other tests hold back the horizon too.
 */
export async function feedSettled({ pool }: Pick<Database, 'pool'>): Promise<void> {
  await waitFor(async () => {
    const { rows } = await pool.query<{ settled: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) > xid as settled from feed order by xid desc limit 1',
    )
    return rows[0]?.settled ?? true
  })
}
