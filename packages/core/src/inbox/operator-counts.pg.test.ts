import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { openDatabase } from '@deskbell/db/database'
import { newChat, newClient, newOperator, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { watchQueries } from '@deskbell/testkit/watch-queries'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assignOperator } from '../chats/assign-operator.ts'
import { closeChat } from '../chats/close-chat.ts'
import { markRead } from '../chats/mark-read.ts'
import { releaseChat } from '../chats/release-chat.ts'
import { reopenChat } from '../chats/reopen-chat.ts'
import { operatorCounts } from './inbox-counts.ts'
import { OperatorCounts } from './operator-counts.ts'

let fresh: FreshCore
let client: Actor
let operators: Actor[]
let chatIds: ChatId[]
beforeAll(async () => {
  fresh = await freshCore()
  client = await newClient(fresh.core)
  operators = [await newOperator(fresh.core), await newOperator(fresh.core), await newOperator(fresh.core)]
  chatIds = []
  for (let nth = 0; nth < 4; nth += 1) chatIds.push((await newChat(fresh.core, client)).id)
})
afterAll(() => fresh.drop())

/** The counts by the rules, computed from all chats. */
async function plainCounts(operatorId: UserId) {
  const { rows } = await fresh.db.pool.query(
    `select count(*)::int as open, count(*) filter (where operator_id is null)::int as unassigned,
       count(*) filter (where operator_id = $1)::int as mine, coalesce(sum(unread), 0)::int as unread,
       coalesce(sum(unread) filter (where operator_id is null or operator_id = $1), 0)::int as "unreadOwn"
     from (
       select operator_id, (select count(*) from messages m where m.chat_id = c.id and m.direction = 'in' and m.seq >
         coalesce((select read_seq from chat_marks k where k.chat_id = c.id and k.user_id = $1 and read_seq > 0),
           (select max(read_seq) from chat_marks k where k.chat_id = c.id and k.role = 'operator'), 0)) as unread
       from chats c where status = 'open') open_chats`,
    [operatorId],
  )
  return { t: 'counts', ...rows[0] }
}

async function expectExact(counts: OperatorCounts): Promise<void> {
  const sums = await counts.read()
  for (const { userId } of operators) expect(operatorCounts(sums, userId)).toEqual(await plainCounts(userId))
}

const deeds: ((operator: Actor, chatId: ChatId, seq: number) => Promise<unknown>)[] = [
  (_, chatId) => sendText(fresh.core, client, { chatId }),
  (operator, chatId) => sendText(fresh.core, operator, { chatId }),
  (operator, chatId, seq) => markRead(fresh.core, operator, { chatId, seq }),
  (_, chatId, seq) => markRead(fresh.core, client, { chatId, seq }),
  (operator, chatId) => assignOperator(fresh.core, operator, { chatId, takeOver: true }),
  (operator, chatId) => releaseChat(fresh.core, operator, { chatId }),
  (operator, chatId) => closeChat(fresh.core, operator, { chatId }),
  (operator, chatId) => reopenChat(fresh.core, operator, { chatId }),
  async () => void chatIds.push((await newChat(fresh.core, client)).id),
]

/** Ignores refusals, which change nothing. */
async function attempt(deed: Promise<unknown>): Promise<void> {
  await deed.catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
  })
}

function ownDatabase() {
  const db = openDatabase({ connectionString: fresh.connectionString })
  let acquired = 0
  db.pool.on('acquire', () => (acquired += 1))
  return { db, acquired: () => acquired, [Symbol.asyncDispose]: () => db.close() }
}

const place = fc.nat(1000)
const step = fc.record({
  deed: fc.nat(deeds.length - 1),
  operator: place,
  chat: place,
  seq: fc.nat(12),
  read: fc.boolean(),
})
type Step = { deed: number; operator: number; chat: number; seq: number; read: boolean }

function pick<T>(items: readonly T[], nth: number): T {
  const item = items[nth % items.length]
  if (item === undefined) throw new Error('There is nothing to pick from.')
  return item
}

function run({ deed, operator, chat, seq }: Step): Promise<void> {
  return attempt(pick(deeds, deed)(pick(operators, operator), pick(chatIds, chat), seq))
}

test('[DB-10] after any changes, counts that follow the feed equal those computed from all chats', async () => {
  const counts = new OperatorCounts(fresh.db)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      for (const next of steps) {
        await run(next)
        if (next.read) await expectExact(counts)
      }
      await expectExact(counts)
    }),
    { numRuns: 12 },
  )
})

test('[DB-10] counts that are read during concurrent changes are exact afterwards', async () => {
  const counts = new OperatorCounts(fresh.db)
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
      await Promise.all(steps.map((next) => Promise.all([run(next), next.read ? counts.read() : null])))
      await expectExact(counts)
    }),
    { numRuns: 6 },
  )
})

test('[DB-10] a transaction that commits after a later one was read is not skipped', async () => {
  const counts = new OperatorCounts(fresh.db)
  const [slow, quick] = [(await newChat(fresh.core, client)).id, (await newChat(fresh.core, client)).id]
  await expectExact(counts)
  const open = await fresh.db.pool.connect()
  await open.query('begin')
  await open.query('insert into feed (chat_id) values ($1)', [slow])
  await open.query(`update chats set operator_id = $2 where id = $1`, [slow, pick(operators, 0).userId])
  await sendText(fresh.core, client, { chatId: quick })
  await expectExact(counts)
  await open.query('commit')
  open.release()
  await expectExact(counts)
})

test('[DB-10] a read takes two statements, and loads all chats when the feed cannot show what changed', async () => {
  const { pool } = fresh.db
  // A pool of its own, because the other parts of the core use the common one.
  await using own = ownDatabase()
  const counts = new OperatorCounts(own.db)
  const { id: chatId } = await newChat(fresh.core, client)
  await expectExact(counts)
  await sendText(fresh.core, client, { chatId })
  const queries = watchQueries(own.db)
  const before = own.acquired()
  await counts.read()
  queries.stop()
  expect(queries.matching(/from "feed"/)).toBe(2)
  // Only these two statements, and no snapshot.
  expect(own.acquired() - before).toBe(2)
  // A change that the feed no longer has: its rows are old and were removed, all but the last.
  await pool.query(`update chats set operator_id = $2 where id = $1`, [chatId, pick(operators, 1).userId])
  await pool.query(`delete from feed`)
  await pool.query(`insert into feed (chat_id, created_at) values (-1, now() - interval '2 days')`)
  await expectExact(counts)
  // More changes than a read follows.
  await pool.query(`update chats set operator_id = null where id = $1`, [chatId])
  await pool.query(`insert into feed (chat_id) select -1 from generate_series(1, 10001)`)
  await expectExact(counts)
})
