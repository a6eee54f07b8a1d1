import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { waitFor } from '@deskbell/testkit/wait-for'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockChats } from './locks.ts'
import { chats } from './schema/chats.ts'
import { inTransaction } from './transaction.ts'

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
  await fresh.db.pool.query(`insert into users (email, name, role) values ('c@example.org', 'C', 'client')`)
})
afterAll(() => fresh.drop())

test('[MSG-13] a second transaction waits for the lock and reads what the first one committed', async () => {
  const chatId = await newChat()
  const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>()
  const { promise: isLocked, resolve: locked } = Promise.withResolvers<void>()
  const first = inTransaction(fresh.db, async (tx) => {
    const [chat] = await lockChats(tx, [chatId])
    locked()
    await tx.update(chats).set({ status: 'closed', lastSeq: 1 }).where(eq(chats.id, chatId))
    await mayCommit
    return chat?.status
  })
  await isLocked
  const second = inTransaction(fresh.db, async (tx) => {
    await tx.execute(sql`select 1`)
    const [chat] = await lockChats(tx, [chatId])
    return { status: chat?.status, lastSeq: chat?.lastSeq }
  })
  await waitFor(async () => (await waiting()) === 1)
  commit()
  expect(await first).toBe('open')
  expect(await second).toEqual({ status: 'closed', lastSeq: 1 })
})

test('[MSG-13] a locked chat does not block another one, and locking a missing chat returns no row', async () => {
  const [held, free] = [await newChat(), await newChat()]
  await inTransaction(fresh.db, async (tx) => {
    await lockChats(tx, [held])
    const [other] = await inTransaction(fresh.db, (second) => lockChats(second, [free]))
    expect(other?.id).toBe(free)
  })
  const missing = await inTransaction(fresh.db, (tx) => lockChats(tx, [chatIdSchema.parse(999_999)]))
  expect(missing).toEqual([])
})

test('[MSG-13] many transactions that lock the same chats, listed in any order, never deadlock', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, newChat))
  let runs = 0
  const lockAll = () =>
    inTransaction(fresh.db, async (tx) => {
      runs += 1
      const locked = await lockChats(tx, shuffled(ids))
      expect(locked.map((chat) => chat.id)).toEqual(ids.toSorted((a, b) => a - b))
    })
  await Promise.all(Array.from({ length: 40 }, lockAll))
  expect(runs).toBe(40)
})

async function newChat(): Promise<ChatId> {
  const made = await fresh.db.pool.query(
    `insert into chats (user_id, created_by, last_message_at, created_at, last_entry_at)
      select id, id, now(), now(), now() from users limit 1 returning id`,
  )
  return chatIdSchema.parse(Number(made.rows[0].id))
}

async function waiting(): Promise<number> {
  const found = await fresh.db.pool.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return found.rows[0].n
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
