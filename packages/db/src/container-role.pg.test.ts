import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { embeddedFolder } from './embedded/testing/embedded-folder.ts'
import { migrate } from './migration/migrate.ts'

/** Returns the statements of `docker-postgres.sql` as `psql` sends them, with this password. */
async function statements(password: string): Promise<string[]> {
  const text = await readFile(new URL('../../../docker-postgres.sql', import.meta.url), 'utf8')
  const sql = text.replace(/^(--|\\getenv password POSTGRES_PASSWORD$).*\n/gm, '')
  return sql.replace(":'password'", pg.escapeLiteral(password)).trim().split(/;\s*/).filter(Boolean)
}

test('[OPS-7] in containers the role of the servers owns its database and is plain, and the superuser has no password', async () => {
  await using folder = await embeddedFolder()
  const server = await folder.start()
  const admin = new pg.Client(server.adminConnectionString)
  await admin.connect()
  try {
    // As in the image: only the superuser is there, and it has a password.
    for (const before of [
      'drop database deskbell',
      'drop role deskbell',
      `alter role postgres password 'first'`,
      ...(await statements(`o'neill`)),
    ])
      await admin.query(before)
    const { rows } = await admin.query(
      `select rolname, rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as mighty, rolcanlogin,
        rolpassword is null as "noPassword" from pg_authid where rolname in ('deskbell', 'postgres') order by rolname`,
    )
    expect(rows).toEqual([
      { rolname: 'deskbell', mighty: false, rolcanlogin: true, noPassword: false },
      { rolname: 'postgres', mighty: true, rolcanlogin: true, noPassword: true },
    ])
    await migrate(server.connectionString)
  } finally {
    await admin.end()
  }
})
