import { sql } from 'drizzle-orm'
import { deployment } from '../../schema/deployment.ts'
import type { Executor } from '../../transaction.ts'

export type EpochParts = { seed: string; systemIdentifier: string; timelineId: number }

/**
 * Returns what identifies this history of the database: the seed, the cluster and its timeline. A point-in-time restore
 * and a promotion start a new timeline, and another cluster has another identifier. After a plain copy of the files, or
 * a dump restored into the same cluster, the seed must be changed (the embedded server does that for copied folders).
 * After a promotion the control file has the old timeline until the next checkpoint, so on a primary the timeline is
 * that of the WAL file it writes to.
 */
export async function readEpochParts(executor: Executor): Promise<EpochParts | undefined> {
  const [parts] = await executor
    .select({
      seed: deployment.seed,
      systemIdentifier: sql<string>`(select system_identifier::text from pg_control_system())`,
      timelineId: sql<number>`case when pg_is_in_recovery()
        then (select timeline_id from pg_control_checkpoint())
        else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end`,
    })
    .from(deployment)
  return parts
}
