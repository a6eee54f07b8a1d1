import { randomBytes } from 'node:crypto'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bus, BusLogger } from './bus.ts'
import { createPostgresBus } from './postgres-bus.ts'
import { chatHint, describeBus, listen, markHint } from './testing/bus-contract.ts'

const log: BusLogger = { warn: () => undefined, error: () => undefined }

describeBus('postgres bus', async () => {
  const database = await freshDatabase()
  const bus = () => createPostgresBus({ connectionString: database.connectionString, log })
  return { one: bus(), other: bus(), close: () => database.drop() }
})

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

async function startPair(): Promise<{ one: Bus; other: Bus } & AsyncDisposable> {
  const { connectionString } = database
  const one = createPostgresBus({ connectionString, log })
  const other = createPostgresBus({ connectionString, log })
  await Promise.all([one.start(), other.start()])
  const stop = async () => {
    await Promise.all([one.stop(), other.stop()])
  }
  return { one, other, [Symbol.asyncDispose]: stop }
}

test('[BUS-1] a hint that is larger than a notification arrives without its entries', async () => {
  await using pair = await startPair()
  const listener = listen(pair.other)
  const large = chatHint({ chatId: 1, seq: 1, text: randomBytes(8_000).toString('hex') })
  pair.one.publish(large)
  await waitFor(() => listener.hints.length === 1)
  expect(listener.hints).toEqual([{ ...large, entries: [] }])
})

test('[BUS-1] a process receives each of its own hints once, and not again from the database', async () => {
  await using pair = await startPair()
  const own = listen(pair.one)
  const other = listen(pair.other)
  pair.one.publish(markHint(1))
  await waitFor(() => other.hints.length === 1)
  pair.other.publish(markHint(2))
  await waitFor(() => own.hints.length >= 2)
  expect(own.hints).toEqual([markHint(1), markHint(2)])
})

test('[BUS-2] without a database publish returns at once and reaches this process', timed, async () => {
  const bus = createPostgresBus({ connectionString: 'postgresql://nobody@127.0.0.1:1/none', log })
  await bus.start()
  const listener = listen(bus)
  const before = performance.now()
  for (let count = 0; count < 10_000; count += 1) bus.publish(markHint(count + 1))
  expect(performance.now() - before).toBeLessThan(1_000)
  expect(listener.hints).toHaveLength(10_000)
  await bus.stop()
})

test('[BUS-2] invalid notifications are dropped, and later hints arrive', async () => {
  await using pair = await startPair()
  const listener = listen(pair.other)
  for (const payload of ['', 'x', '{"from":"y","hints":[{"t":"chat"}]}', 'null']) {
    await database.db.pool.query('select pg_notify($1, $2)', ['deskbell_hints', payload])
  }
  pair.one.publish(markHint(3))
  await waitFor(() => listener.hints.length === 1)
  expect(listener.hints).toEqual([markHint(3)])
})

test('[BUS-4] terminated connections are reopened, also the third time, and hints arrive again', async () => {
  await using pair = await startPair()
  const listener = listen(pair.other)
  for (let round = 1; round <= 3; round += 1) {
    const cut = await database.db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name like 'deskbell bus%'`,
    )
    expect(cut.rowCount).toBe(4)
    const received = listener.hints.length
    await waitFor(() => {
      pair.one.publish(markHint(round))
      return listener.hints.length > received
    })
    await waitFor(async () => (await busConnections()) === 4)
  }
})

test('[BUS-4] a stopped bus has no connection, and a bus that cannot connect can be stopped', async () => {
  {
    await using pair = await startPair()
    pair.one.publish(markHint(1))
  }
  await waitFor(async () => (await busConnections()) === 0)
  const lost = createPostgresBus({ connectionString: 'postgresql://nobody@127.0.0.1:1/none', log })
  await lost.start()
  await lost.stop()
})

async function busConnections(): Promise<number> {
  const result = await database.db.pool.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name like 'deskbell bus%'`,
  )
  return result.rowCount ?? 0
}
