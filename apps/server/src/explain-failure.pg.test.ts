import { openDatabase } from '@deskbell/db/database'
import { freshDatabase } from '@deskbell/testkit/fresh-database'
import { expect, test } from 'vitest'
import { explainFailure } from './explain-failure.ts'

test('[RUN-3] an outside database that does not exist is one clear line', async () => {
  await using fresh = await freshDatabase()
  const url = new URL(fresh.connectionString)
  url.pathname = '/nowhere'
  const db = openDatabase({ connectionString: url.href, poolMax: 1 })
  const error: unknown = await db.pool.query('select 1').catch((cause: unknown) => cause)
  await db.close()
  const line = explainFailure(error, { host: '127.0.0.1', port: 8080, databaseUrl: url.href })
  expect(line).toMatch(/^the database \S+\/nowhere of DATABASE_URL does not exist$/)
})
