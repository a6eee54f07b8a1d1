import { longTransactionMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import type { OpenTransaction } from '@deskbell/db/queries/log/open-transactions'
import { expect, test, vi } from 'vitest'
import { OpenTransactionWatch } from './open-transaction-watch.ts'

function setUp() {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const database: { oldest: OpenTransaction | undefined } = { oldest: undefined }
  const db = {} as unknown as Database
  const watch = new OpenTransactionWatch({ db, log, read: async () => database.oldest })
  return { log, database, watch }
}

const open = (xid: string, ageMs: number | null): OpenTransaction => ({ xid, pid: 7, applicationName: 'psql', ageMs })

test('[LIVE-18] a transaction is logged once when it is too old, and once when it has ended', async () => {
  const { log, database, watch } = setUp()
  database.oldest = open('10', 1_000)
  await watch.poll(0)
  expect(log.warn).not.toHaveBeenCalled()
  for (const ageMs of [6_000, 9_000]) {
    database.oldest = open('10', ageMs)
    await watch.poll(ageMs - 1_000)
  }
  expect(log.warn.mock.calls).toEqual([[{ pid: 7, applicationName: 'psql', ageMs: 6_000 }, expect.any(String)]])
  database.oldest = open('11', 10)
  await watch.poll(9_000)
  expect(log.info.mock.calls).toEqual([[{ pid: 7, applicationName: 'psql', ageMs: 10_000 }, expect.any(String)]])
  database.oldest = undefined
  await watch.poll(12_000)
  expect([log.info.mock.calls.length, log.warn.mock.calls.length]).toEqual([1, 1])
})

test('[LIVE-18] the age of a transaction whose start is hidden counts from when it was first seen', async () => {
  const { log, database, watch } = setUp()
  database.oldest = open('10', null)
  await watch.poll(100)
  await watch.poll(100 + longTransactionMs)
  expect(log.warn).not.toHaveBeenCalled()
  await watch.poll(101 + longTransactionMs)
  expect(log.warn).toHaveBeenCalledTimes(1)
})
