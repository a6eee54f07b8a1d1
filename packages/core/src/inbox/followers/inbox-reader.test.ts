import { type Chat, chatSchema } from '@deskbell/contract/chats'
import { type ChatId, userIdSchema } from '@deskbell/contract/ids'
import { catchUpRowsMax } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { SentNumbers } from '../sent-numbers.ts'
import { formatInboxCursor, laterPosition, parseInboxCursor } from './inbox-cursor.ts'
import { InboxReader } from './inbox-reader.ts'
import { SharedRows } from './shared-rows.ts'

const userId = userIdSchema.parse(1)

function row(id: number, rev = 1): Chat {
  return chatSchema.parse({
    id,
    status: 'open',
    client: { id: 1, name: 'A', email: 'a@example.test', verified: false, avatarUrl: null },
    operator: null,
    lastMessageAt: null,
    lastMessage: null,
    unread: 0,
    lastSeq: 0,
    rev,
    createdAt: '2026-01-02T03:04:05.678Z',
    closedAt: null,
  })
}

function newReader(): InboxReader {
  return new InboxReader(
    { userId, role: 'operator', name: 'A', avatarUrl: null, access: 'admin', scopes: null, sessionId: 1 },
    () => undefined,
  )
}

test('[INBOX-1] a chat that changes often waits as one row, its newest', () => {
  const reader = newReader()
  for (let rev = 1; rev <= 1_000; rev += 1) reader.offerRow(row(1, rev))
  reader.offerRow(row(2))
  expect(reader.takeRows(10).map(({ id, rev }) => [id, rev])).toEqual([
    [1, 1_000],
    [2, 1],
  ])
  expect(reader.isEmpty).toBe(true)
})

test('[INBOX-3] a reader for which more than 500 rows wait becomes void and has no rows', () => {
  const reader = newReader()
  for (let id = 1; id <= catchUpRowsMax; id += 1) reader.offerRow(row(id))
  expect(reader.isVoid).toBe(false)
  reader.offerRow(row(catchUpRowsMax + 1))
  expect(reader.isVoid).toBe(true)
  expect(reader.takeRows(1)).toEqual([])
})

test('[INBOX-3] a formatted cursor is parsed back, and positions are compared as numbers', () => {
  const cursor = { epoch: 'e', xid: '18446744073709', id: 12 }
  expect(parseInboxCursor(`${formatInboxCursor(cursor)}~x.1`)).toEqual(cursor)
  for (const text of ['', 'e:1', 'e:1:', 'e:1:2:3', 'e:-1:2', 'e:1:x']) expect(parseInboxCursor(text)).toBeNull()
  expect(laterPosition({ xid: '9', id: 5 }, { xid: '10', id: 1 })).toEqual({ xid: '10', id: 1 })
  expect(laterPosition({ xid: '10', id: 5 }, { xid: '10', id: 6 })).toEqual({ xid: '10', id: 6 })
})

test('[INBOX-5] the last sent number is kept for at most 10,000 keys', () => {
  const sent = new SentNumbers<ChatId>()
  const [first, second] = [row(1).id, row(2).id]
  sent.set(first, 4)
  expect([sent.has(first, 4), sent.has(first, 5), sent.has(second, 1)]).toEqual([true, false, false])
  for (let id = 2; id <= 10_001; id += 1) sent.set(row(id).id, 1)
  expect(sent.has(first, 4)).toBe(false)
  expect(sent.has(second, 1)).toBe(true)
})

test('[INBOX-6] readers with different rows and cursors that take turns share one frame for each', () => {
  const shared = new SharedRows()
  const [rows, ownRows] = [[row(1)], [row(1)]]
  let made = 0
  const get = (of: Chat[], cursor: string) =>
    shared.get(cursor, of, () => {
      made += 1
      return { id: `${cursor}~${made}`, frame: { t: 'upsert', rows: of } }
    })
  const turn = () => [get(rows, 'a'), get(ownRows, 'a'), get(rows, 'b')]
  const first = turn()
  for (let nth = 0; nth < 10; nth += 1) expect(turn()).toEqual(first)
  expect(made).toBe(3)
  // What is kept is bounded.
  for (let cursor = 0; cursor < 100; cursor += 1) get(rows, String(cursor))
  get(rows, 'a')
  expect(made).toBe(104)
})
