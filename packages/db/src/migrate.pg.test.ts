import { freshDatabase } from '@deskbell/testkit/fresh-database'
import { expect, test } from 'vitest'
import { migrate, NewerSchemaError } from './migrate.ts'

test('[RUN-8] eight processes that migrate at once do it once', async () => {
  await using fresh = await freshDatabase({ from: 'nothing' })
  await Promise.all(Array.from({ length: 8 }, () => migrate(fresh.connectionString)))
  const applied = await fresh.db.pool.query('select count(*)::int as n from drizzle.__drizzle_migrations')
  const rows = await fresh.db.pool.query('select id, seed from deployment')
  expect(applied.rows[0].n).toBe(2)
  expect(rows.rows).toHaveLength(1)
})

test('[RUN-3] a database with a migration that this build does not know is refused in one line', async () => {
  await using fresh = await freshDatabase()
  await fresh.db.pool.query(
    `insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 4102444800000)`,
  )
  const refused = await migrate(fresh.connectionString).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(NewerSchemaError)
  expect(String(refused)).not.toContain('\n')
})
