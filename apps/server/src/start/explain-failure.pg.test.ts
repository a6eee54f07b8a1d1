import { openDatabase } from '@deskbell/db/database'
import { onDatabase } from '@deskbell/testkit/database/database-url'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { expect, test } from 'vitest'
import { explainFailure } from './explain-failure.ts'

test('[RUN-3] an outside database that does not exist is explained in one clear line', async () => {
  await using fresh = await freshDatabase()
  const databaseUrl = onDatabase(fresh.connectionString, 'nowhere')
  const db = openDatabase({ connectionString: databaseUrl, poolMax: 1 })
  const error: unknown = await db.pool.query('select 1').catch((cause: unknown) => cause)
  await db.close()
  const line = explainFailure(error, { host: '127.0.0.1', port: 8080, databaseUrl })
  expect(line).toMatch(/^the database .+\/nowhere of DATABASE_URL does not exist$/)
})
