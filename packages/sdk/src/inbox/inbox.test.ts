import { type Chat, chatSchema } from '@deskbell/contract/chats'
import { describe, expect, test } from 'vitest'
import { compareByActivity, compareByWaiting } from './inbox.ts'

const minute = (number: number) => `2026-01-01T00:${String(number).padStart(2, '0')}:00.000Z`

function row(id: number, times: { activity?: number; waiting?: number } = {}): Chat {
  return chatSchema.parse({
    id,
    status: 'open',
    client: { id: 1, name: 'Ann', email: 'ann@example.com', verified: false, avatarUrl: null },
    operator: null,
    lastMessageAt: times.activity === undefined ? null : minute(times.activity),
    lastMessage: null,
    unread: 0,
    lastSeq: 0,
    rev: 1,
    createdAt: minute(5),
    closedAt: null,
    waitingSince: times.waiting === undefined ? null : minute(times.waiting),
  })
}

const idsBy = (order: (left: Chat, right: Chat) => number, rows: Chat[]) => rows.toSorted(order).map(({ id }) => id)

describe('the order of lists', () => {
  test('[CHAT-4] most recent activity first, a chat without messages by its creation, then the newer chat', () => {
    expect(idsBy(compareByActivity, [row(1, { activity: 4 }), row(2), row(3, { activity: 6 }), row(4)])).toEqual([
      3, 4, 2, 1,
    ])
  })

  test('[CHAT-18] longest wait first, at equal times the older chat, then the others by activity', () => {
    const rows = [
      row(1),
      row(2, { activity: 9, waiting: 9 }),
      row(3, { activity: 8 }),
      row(4, { activity: 9, waiting: 2 }),
      row(5, { activity: 7, waiting: 2 }),
    ]
    expect(idsBy(compareByWaiting, rows)).toEqual([4, 5, 2, 3, 1])
    // The rows of a client lack `waitingSince`.
    const { waitingSince: _, ...ofClient } = row(6, { activity: 30 })
    expect(idsBy(compareByWaiting, [row(1), ofClient])).toEqual([6, 1])
  })
})
