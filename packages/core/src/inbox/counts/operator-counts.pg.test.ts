import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { type ChatId, type UserId, userIdSchema } from '@deskbell/contract/ids'
import { openDatabase } from '@deskbell/db/database'
import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { openTransaction } from '@deskbell/testkit/database/open-transaction'
import { execute } from '@deskbell/testkit/execute'
import { newChat, newClient, newOperator, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { assignOperator } from '../../chats/changes/assign-operator.ts'
import { closeChat } from '../../chats/changes/close-chat.ts'
import { releaseChat } from '../../chats/changes/release-chat.ts'
import { reopenChat } from '../../chats/changes/reopen-chat.ts'
import { markRead } from '../../chats/marks/mark-read.ts'
import { CountsTally } from './counts-tally.ts'
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

const actions: ((operator: Actor, chatId: ChatId, seq: number) => Promise<unknown>)[] = [
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
async function attempt(action: Promise<unknown>): Promise<void> {
  await action.catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error
  })
}

/** A pool of its own, because the other parts of the core use the common one. It records the statements that it sends. */
function recordingDatabase(connectionString = fresh.connectionString) {
  const db = openDatabase({ connectionString })
  const sent: string[] = []
  db.pool.on('connect', (client) => {
    const query = client.query
    Reflect.set(client, 'query', (...args: unknown[]) => {
      const [statement] = args
      const isNamed = typeof statement === 'object' && statement !== null && 'name' in statement
      if (isNamed && typeof statement.name === 'string') sent.push(statement.name)
      return Reflect.apply(query, client, args)
    })
  })
  return { db, sent, [Symbol.asyncDispose]: () => db.close() }
}

const place = fc.nat(1000)
const step = fc.record({
  action: fc.nat(actions.length - 1),
  operator: place,
  chat: place,
  seq: fc.nat(12),
  read: fc.boolean(),
})
type Step = { action: number; operator: number; chat: number; seq: number; read: boolean }

function pick<T>(items: readonly T[], nth: number): T {
  const item = items[nth % items.length]
  if (item === undefined) throw new Error('There is nothing to pick from.')
  return item
}

function run({ action, operator, chat, seq }: Step): Promise<void> {
  return attempt(pick(actions, action)(pick(operators, operator), pick(chatIds, chat), seq))
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

test('[DB-10] a read takes one statement, and loads all chats when the feed cannot show what changed', async () => {
  const { pool } = fresh.db
  await using own = recordingDatabase()
  const counts = new OperatorCounts(own.db)
  const { id: chatId } = await newChat(fresh.core, client)
  await expectExact(counts)
  expect(own.sent.splice(0)).toEqual(['feed_snapshot', 'open_chats_page'])
  await sendText(fresh.core, client, { chatId })
  await counts.read()
  expect(own.sent.splice(0)).toEqual(['open_chats_changed'])
  // A change that the feed no longer has: its rows are old and were removed, all but the last.
  await pool.query(`update chats set operator_id = $2 where id = $1`, [chatId, pick(operators, 1).userId])
  await pool.query(`delete from feed`)
  await pool.query(`insert into feed (chat_id, created_at) values (-1, now() - interval '2 days')`)
  await expectExact(counts)
  expect(own.sent.splice(0)).toEqual(['open_chats_changed', 'feed_snapshot', 'open_chats_page'])
})

/** Many open chats, made by SQL. `change` changes the next of them, a multiple of 500. */
async function manyOpenChats(chats: number) {
  const database = await freshDatabase()
  const { pool } = database.db
  // The pools have a time limit for statements.
  await execute(
    database.connectionString,
    `insert into users (email, name, role)
       select n || '@example.test', 'A', case n when 1 then 'client' else 'operator' end from generate_series(1, 3) n;
     insert into chats (user_id, created_by, created_at, last_message_at, last_entry_at, in_count)
       select 1, 1, now(), now() - n * interval '1 second', now(), n % 7 from generate_series(1, ${chats}) n;
     analyze`,
  )
  let last = 0
  const change = async (count: number) => {
    for (const end = last + count; last < end; last += 500) {
      await pool.query(
        `with changed as (
           update chats set in_count = in_count + 1, operator_id = case when operator_id is null then 2 else 3 end
           where id in (select 1 + n % $1::int from generate_series($2::int, $2::int + 499) n) returning id)
         insert into feed (chat_id) select id from changed`,
        [chats, last],
      )
    }
  }
  const recount = async (operatorId: number) => {
    const { rows } = await pool.query(
      `select count(*)::int as open, count(*) filter (where operator_id is null)::int as unassigned,
         count(*) filter (where operator_id = $1)::int as mine, sum(in_count)::int as unread,
         coalesce(sum(in_count) filter (where operator_id is null or operator_id = $1), 0)::int as "unreadOwn"
       from chats where status = 'open'`,
      [operatorId],
    )
    return { t: 'counts', ...rows[0] }
  }
  return { ...database, change, recount }
}

test('[DB-10] a transaction that stays open elsewhere makes no read read more than what is new', async () => {
  await using database = await manyOpenChats(20_000)
  await using elsewhere = await freshDatabase({ from: 'nothing' })
  await using own = recordingDatabase(database.connectionString)
  const counts = new OperatorCounts(own.db)
  const set = vi.spyOn(CountsTally.prototype, 'set')
  const countsAreExact = async () => {
    const sums = await counts.read()
    for (const id of [2, 3]) expect(operatorCounts(sums, userIdSchema.parse(id))).toEqual(await database.recount(id))
    return set.mock.calls.splice(0).length
  }
  expect(await countsAreExact()).toBe(20_000)
  await using foreign = await openTransaction(elsewhere.db)
  own.sent.length = 0
  // More than a page.
  await database.change(12_000)
  expect(await countsAreExact()).toBe(12_000)
  for (let nth = 0; nth < 5; nth += 1) {
    await database.change(1_000)
    expect(await countsAreExact()).toBe(1_000)
    expect(await countsAreExact()).toBe(0)
  }
  await foreign.end()
  await database.change(500)
  expect(await countsAreExact()).toBe(500)
  expect(new Set(own.sent)).toEqual(new Set(['open_chats_changed']))
  set.mockRestore()
})
