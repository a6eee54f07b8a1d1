import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { openDatabase } from '@deskbell/db/database'
import { readOldestOpenTransaction } from '@deskbell/db/queries/log/open-transactions'
import { type OwnPostgres, startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { newOperator } from '@deskbell/testkit/factories'
import { testSecrets } from '@deskbell/testkit/fresh-core'
import { probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { testFiles } from '@deskbell/testkit/test-files'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createCore } from '../../create-core.ts'

let postgres: OwnPostgres
beforeAll(async () => {
  postgres = await startOwnPostgres()
})
afterAll(() => postgres[Symbol.asyncDispose]())

/** A program with a writing transaction that stays open until `end`. */
async function forgetfulWriter(connectionString: string, applicationName: string) {
  const db = openDatabase({ connectionString, poolMax: 1, applicationName })
  const connection = await db.pool.connect()
  await connection.query('begin')
  await connection.query('set local idle_in_transaction_session_timeout = 0')
  await connection.query('select pg_current_xact_id()')
  return {
    async end() {
      await connection.query('commit')
      connection.release()
      await db.close()
    },
  }
}

test('[LIVE-18] while an inbox is followed, an idle writing transaction and its end are logged', async () => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const db = openDatabase({ connectionString: postgres.connectionString, poolMax: 5, applicationName: 'test' })
  await using files = await testFiles()
  const core = createCore({
    db,
    bus: createInProcessBus(),
    log,
    authMode: 'open',
    secrets: testSecrets(),
    files,
  })
  await core.start()
  const writer = await forgetfulWriter(postgres.connectionString, 'nightly report')
  const logged = (calls: unknown[][]) => calls.filter(([fields]) => JSON.stringify(fields).includes('nightly report'))
  {
    await using inbox = probeInbox(core, await newOperator(core))
    await inbox.until('live')
    await waitFor(() => logged(log.warn.mock.calls).length > 0)
    expect(logged(log.warn.mock.calls)).toEqual([
      [{ pid: expect.any(Number), applicationName: 'nightly report', ageMs: expect.any(Number) }, expect.any(String)],
    ])
    await writer.end()
    await waitFor(() => logged(log.info.mock.calls).length > 0)
    expect(logged(log.warn.mock.calls)).toHaveLength(1)
  }
  await core.stop()
  await db.close()
})

test('[LIVE-18] a role without rights sees the name and pid of a foreign transaction, but not its age', async () => {
  const admin = await forgetfulWriter(postgres.adminConnectionString, 'backup')
  const db = openDatabase({ connectionString: postgres.connectionString, poolMax: 1, applicationName: 'test' })
  const seen = await waitFor(() => readOldestOpenTransaction(db.orm))
  expect(seen).toEqual({
    xid: expect.stringMatching(/^\d+$/),
    pid: expect.any(Number),
    applicationName: 'backup',
    ageMs: null,
  })
  await admin.end()
  await db.close()
})
