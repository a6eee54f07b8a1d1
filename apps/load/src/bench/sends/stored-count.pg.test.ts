import { startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { execute } from '@deskbell/testkit/execute'
import { expect, test } from 'vitest'
import { countRows } from './stored-count.ts'

test('[BENCH-11] counting begins on a database that is vacuumed and analyzed, and sees what is stored from then on', async () => {
  await using postgres = await startOwnPostgres()
  const address = postgres.adminConnectionString
  await execute(address, 'create table kept (id bigint generated always as identity)')
  await execute(address, 'insert into kept select from generate_series(1, 10)')
  const count = await countRows({ adminOf: () => address }, { database: 'postgres', table: 'kept', where: 'true' })
  const [stats] = await execute(
    address,
    `select last_vacuum is not null and last_analyze is not null as done from pg_stat_user_tables where relname = 'kept'`,
  )
  expect(stats?.['done']).toBe(true)
  await execute(address, 'insert into kept select from generate_series(1, 3)')
  expect(await count.since()).toBe(3)
})
