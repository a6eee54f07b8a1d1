import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { waitFor } from '@deskbell/testkit/wait-for'
import { watchWrites } from '@deskbell/testkit/watch-writes'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlState } from './database-error.ts'
import { inPipeline, inSnapshot, inTransaction, type Tx } from './transaction.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ poolMax: 3 })
  await fresh.db.pool.query('create table counters (id int primary key, n int not null)')
  await fresh.db.pool.query('insert into counters values (1, 0), (2, 0), (3, 0)')
})
afterAll(() => fresh.drop())

const count = (tx: Tx, id: number) => tx.execute(sql`update counters set n = n + 1 where id = ${id}`)

async function counted(id: number): Promise<number> {
  return (await fresh.db.pool.query('select n from counters where id = $1', [id])).rows[0].n
}

test('[DB-3] two transactions in a deadlock both succeed, and each is applied once', async () => {
  const before = [await counted(1), await counted(2)]
  const runs = { first: 0, second: 0 }
  const bothHoldOne = barrier(2)
  await Promise.all([
    inTransaction(fresh.db, async (tx) => {
      runs.first += 1
      await count(tx, 1)
      await bothHoldOne()
      await count(tx, 2)
    }),
    inTransaction(fresh.db, async (tx) => {
      runs.second += 1
      await count(tx, 2)
      await bothHoldOne()
      await count(tx, 1)
    }),
  ])
  expect([await counted(1), await counted(2)]).toEqual(before.map((n) => n + 2))
  // The server cancelled one of them, and only that one ran again.
  expect(runs.first + runs.second).toBe(3)
})

test('[DB-3] only a deadlock or a serialization failure is retried, at most three times', async () => {
  for (const [state, expectedRuns] of [
    ['40001', 4],
    ['40P01', 4],
    ['23505', 1],
    ['57014', 1],
  ] as const) {
    let runs = 0
    const failed = await inTransaction(fresh.db, async (tx) => {
      runs += 1
      await count(tx, 3)
      await tx.execute(sql.raw(`do $$ begin raise exception 'made' using errcode = '${state}'; end $$`))
    }).catch((error: unknown) => error)
    expect([sqlState(failed), runs]).toEqual([state, expectedRuns])
  }
  expect(await counted(3)).toBe(0)
})

test('[DB-3] an error thrown by the caller rolls back and is rethrown unchanged', async () => {
  const mine = new Error('mine')
  const work = inTransaction(fresh.db, async (tx) => {
    await count(tx, 3)
    throw mine
  })
  await expect(work).rejects.toBe(mine)
  expect(await counted(3)).toBe(0)
})

test('[DB-4] connections that break during a transaction are removed from the pool, which stays usable', async () => {
  for (const moment of ['idle', 'busy', 'idle', 'busy', 'idle', 'busy']) {
    const broken = inTransaction(fresh.db, async (tx) => {
      const pid = await backendOf(tx)
      if (moment === 'busy') {
        const sleeping = tx.execute(sql`select pg_sleep(4)`)
        await Promise.all([sleeping, terminate(pid)])
      }
      await terminate(pid)
      await count(tx, 3)
    })
    await expect(broken).rejects.toThrow()
  }
  await waitFor(() => fresh.db.writers.idleCount === fresh.db.writers.totalCount)
  await inTransaction(fresh.db, (tx) => count(tx, 3))
})

test('[DB-4] a connection that breaks while it has no error listener does not end the process', async () => {
  const client = await fresh.db.pool.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const ended = new Promise((resolve) => client.once('end', resolve))
  await terminate(rows[0].pid)
  await ended
  client.release(true)
})

test('[DB-4] a connection whose statement timed out is not reused', async () => {
  const alone = await freshDatabase({ poolMax: 1 })
  await expect(inTransaction(alone.db, (tx) => tx.execute(sql`select pg_sleep(20)`))).rejects.toThrow()
  expect(alone.db.writers.totalCount).toBe(0)
  await inTransaction(alone.db, (tx) => tx.execute(sql`select 1`))
  await alone.drop()
})

test('[DB-5] inSnapshot reads one snapshot, refuses writes, and blocks no other transaction', async () => {
  const before = await counted(2)
  await inSnapshot(fresh.db, async (tx) => {
    const first = await tx.execute(sql`select n from counters where id = 2`)
    await inTransaction(fresh.db, (other) => count(other, 2))
    const second = await tx.execute(sql`select n from counters where id = 2`)
    expect(second.rows).toEqual(first.rows)
    const refused = await count(tx, 2).catch((error: unknown) => error)
    expect(sqlState(refused)).toBe('25006')
  }).catch((error: unknown) => expect(sqlState(error)).toBe('25P02'))
  expect(await counted(2)).toBe(before + 1)
})

test('[DB-3] inPipeline commits after its last statement, and rolls back if that one fails', async () => {
  const before = await counted(1)
  await inPipeline(fresh.db, async (tx) => ({ last: count(tx, 1).execute() }))
  expect(await counted(1)).toBe(before + 1)
  const failed = inPipeline(fresh.db, async (tx) => {
    await count(tx, 1)
    return { last: tx.execute(sql`insert into counters values (1, 0)`).execute() }
  })
  expect(sqlState(await failed.catch((error: unknown) => error))).toBe('23505')
  expect(await counted(1)).toBe(before + 1)
  await inPipeline(fresh.db, async (tx) => ({ last: count(tx, 1).execute() }))
  expect(await counted(1)).toBe(before + 2)
})

test('[DB-13] inPipeline sends the statements of one turn and the commit behind them in one write', async () => {
  using watched = watchWrites()
  await inPipeline(fresh.db, async (tx) => ({ last: Promise.all([1, 2].map((id) => count(tx, id).execute())) }))
  const sent = watched.writes.filter((write) => write.includes('update counters'))
  expect(sent).toHaveLength(1)
  expect(sent[0]?.match(/update counters|commit/g)).toEqual(['update counters', 'update counters', 'commit'])
})

test('[DB-4] inPipeline rejects when its connection breaks, and the next call uses another connection', async () => {
  const { promise: sent, resolve: tellPid } = Promise.withResolvers<number>()
  const broken = inPipeline(fresh.db, async (tx) => {
    tellPid(await backendOf(tx))
    return { last: tx.execute(sql`select pg_sleep(4)`).execute() }
  })
  await Promise.all([expect(broken).rejects.toThrow(), sent.then(terminate)])
  await waitFor(() => fresh.db.pipelined.idleCount === fresh.db.pipelined.totalCount)
  await inPipeline(fresh.db, async (tx) => ({ last: count(tx, 3).execute() }))
})

/** Returned promises resolve when `size` callers have arrived; later callers do not wait. */
function barrier(size: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let arrived = 0
  return () => {
    arrived += 1
    if (arrived >= size) resolve()
    return promise
  }
}

async function backendOf(tx: Tx): Promise<number> {
  const found = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  return found.rows[0]?.pid ?? 0
}

async function terminate(pid: number): Promise<void> {
  await fresh.db.pool.query('select pg_terminate_backend($1)', [pid])
  await waitFor(async () => {
    const found = await fresh.db.pool.query('select 1 from pg_stat_activity where pid = $1', [pid])
    return found.rowCount === 0
  })
}
