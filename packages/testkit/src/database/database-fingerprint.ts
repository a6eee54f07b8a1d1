import type { Database } from '@deskbell/db/database'

/**
 * Returns a hash of all rows of each table. It is equal before and after work that changes nothing.
 * The tables of presence are left out, because every connection changes them.
 */
export async function databaseFingerprint(db: Pick<Database, 'pool'>): Promise<string> {
  const tables = await db.pool.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'
        and table_name not in ('presence', 'connected_users', 'process_leases') order by 1`,
  )
  const hashes = tables.rows.map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as hash from ${name} t`,
  )
  const result = await db.pool.query<{ name: string; hash: string }>(hashes.join(' union all '))
  return result.rows.map(({ name, hash }) => `${name} ${hash}`).join('\n')
}
