import { pick } from '../seeded-random.ts'
import { during, type Fault, type FaultOptions, withPart } from './fault.ts'

/** An immediate stop, as of a machine that loses power, and a start that recovers from the log. */
export const stopPostgres: Fault = (options) =>
  withPart(options.stage, options.stage.postgres, async (postgres) => {
    await postgres.crash()
    await during({ ...options, durationMs: Math.min(options.durationMs, 2_000) })
    const refused = await options.stage.admin.pool.query('select 1').then(
      () => false,
      () => true,
    )
    await postgres.start()
    return refused
  })

/** All sessions of the product end at once (57P01). */
export const terminateSessions: Fault = (options) =>
  withPart(options.stage, options.stage.postgres, async () => {
    const { rows } = await options.stage.admin.pool.query<{ ended: boolean }>(
      `select pg_terminate_backend(pid) as ended from pg_stat_activity
       where usename = 'deskbell' and pid <> pg_backend_pid()`,
    )
    return rows.some((row) => row.ended)
  })

/** Somebody holds a chat's row for three seconds. Shown by a send that waits for it. */
export const holdChat: Fault = (options) =>
  inSession(options, async (query) => {
    await query('select 1 from chats where id = $1 for update', [pick(options.random, options.stage.chatIds())])
    // Who waits gives up after two seconds.
    await during({ ...options, durationMs: 1_000 })
    const waiting = await options.stage.admin.pool.query<{ count: number }>(
      "select count(*)::int as count from pg_stat_activity where wait_event_type = 'Lock'",
    )
    await during({ ...options, durationMs: 2_000 })
    return (waiting.rows[0]?.count ?? 0) > 0
  })

/** A transaction that has written and is left open holds back the position of the inboxes. Shown by the horizon that does not pass it. */
export const idleInTransaction: Fault = (options) =>
  inSession(options, async (query) => {
    const { rows } = await query('select pg_current_xact_id()::text as xid')
    await during({ ...options, durationMs: 4_000 })
    const { rows: after } = await options.stage.admin.pool.query<{ held: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) <= $1::text::xid8 as held',
      [rows[0]?.['xid']],
    )
    return after[0]?.held ?? false
  })

type Query = (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>

/** A session of its own with a transaction that is rolled back; a server that stops meanwhile ends the fault, too. */
async function inSession(options: FaultOptions, work: (query: Query) => Promise<boolean>): Promise<boolean | null> {
  const client = await options.stage.admin.pool.connect().catch(() => null)
  if (client === null) return null
  client.on('error', () => undefined)
  try {
    await client.query('begin')
    return await work((text, values) => client.query(text, values))
  } catch {
    return null
  } finally {
    await client.query('rollback').catch(() => undefined)
    client.release(true)
  }
}
