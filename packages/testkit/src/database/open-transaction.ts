import type { Database } from '@deskbell/db/database'

/** A transaction with an id and a snapshot. Until `end` it holds back the horizon of the whole server. */
export async function openTransaction({
  pool,
}: Pick<Database, 'pool'>): Promise<AsyncDisposable & { end(): Promise<void> }> {
  const client = await pool.connect()
  await client.query('begin isolation level repeatable read')
  await client.query('select pg_current_xact_id()')
  let isOpen = true
  const end = async () => {
    if (!isOpen) return
    isOpen = false
    await client.query('rollback')
    client.release()
  }
  return { end, [Symbol.asyncDispose]: end }
}
