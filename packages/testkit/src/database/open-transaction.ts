import type { Database } from '@deskbell/db/database'

/** A transaction with an id and a snapshot. Until `end` it holds back the horizon of the whole server. */
export async function openTransaction({
  pool,
}: Pick<Database, 'pool'>): Promise<AsyncDisposable & { xid: string; end(): Promise<void> }> {
  const client = await pool.connect()
  await client.query('begin isolation level repeatable read')
  // The pools let the server end a transaction that waits for its client.
  await client.query('set local idle_in_transaction_session_timeout = 0')
  const { rows } = await client.query<{ xid: string }>('select pg_current_xact_id()::text as xid')
  const [{ xid } = { xid: '0' }] = rows
  let isOpen = true
  const end = async () => {
    if (!isOpen) return
    isOpen = false
    await client.query('rollback')
    client.release()
  }
  return { xid, end, [Symbol.asyncDispose]: end }
}
