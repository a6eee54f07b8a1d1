import { sql } from 'drizzle-orm'
import { deployment } from '../schema/deployment.ts'
import type { Executor } from '../transaction.ts'

export type EpochParts = { seed: string; systemIdentifier: string; timelineId: number }

/**
 * What names this history of the database: a value of ours, the cluster, and its timeline.
 * A restore by any tool and a promotion change at least one. After a promotion the control file still
 * shows the old timeline until the next checkpoint, so a primary is asked for the one it writes to.
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
