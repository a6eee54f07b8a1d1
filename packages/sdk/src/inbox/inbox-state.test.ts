import { type Chat, chatSchema } from '@deskbell/contract/chats'
import { chatIdSchema } from '@deskbell/contract/ids'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyInboxFrame, emptyInbox, mergeRows, recallRows } from './inbox-state.ts'

const at = '2026-01-01T00:00:00.000Z'

function row(id: number, rev: number, unread = 0): Chat {
  const client = { id: 1, name: 'Ann', email: 'ann@example.com', verified: false, avatarUrl: null }
  const nothing = { operator: null, lastMessageAt: null, lastMessage: null, closedAt: null, lastSeq: rev }
  return chatSchema.parse({ id, rev, unread, client, status: 'open', createdAt: at, ...nothing })
}

const one = chatIdSchema.parse(1)

describe('inbox', () => {
  test('[INBOX-2] late, repeated and reordered rows end as the newest, with the smallest unread of its rev', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(5), fc.nat(3)))
    fc.assert(
      fc.property(rows, fc.boolean(), (news, together) => {
        const chats = news.map(([id, rev, unread]) => row(id, rev, unread))
        const inbox = together
          ? mergeRows(emptyInbox, chats)
          : chats.reduce((state, chat) => applyInboxFrame(state, { t: 'upsert', rows: [chat] }), emptyInbox)
        for (const [id, shown] of inbox.rows) {
          const same = chats.filter((chat) => chat.id === id)
          const rev = Math.max(...same.map((chat) => chat.rev))
          const unread = Math.min(...same.filter((chat) => chat.rev === rev).map((chat) => chat.unread))
          expect(shown).toMatchObject({ rev, unread })
        }
        expect(inbox.rows.size).toBe(new Set(chats.map((chat) => chat.id)).size)
      }),
    )
  })

  test('[INBOX-2] a row that brings nothing new changes nothing', () => {
    const inbox = mergeRows(emptyInbox, [row(1, 3)])
    expect(mergeRows(inbox, [row(1, 2)])).toBe(inbox)
    expect(mergeRows(inbox, [row(1, 3, 5)])).toBe(inbox)
  })

  test('[SDK-5] a reset asks to load the lists again, and then the first new row of a chat wins', () => {
    const inbox = applyInboxFrame(mergeRows(emptyInbox, [row(1, 9), row(2, 4)]), { t: 'reset' })
    expect(inbox.generation).toBe(1)
    expect(inbox.rows.size).toBe(2)
    const fresh = mergeRows(inbox, [row(1, 2)])
    expect(fresh.rows.get(one)?.rev).toBe(2)
    expect(mergeRows(fresh, [row(1, 1)])).toBe(fresh)
  })

  test('[INBOX-2] a removed chat does not come back with an old row', () => {
    const inbox = applyInboxFrame(mergeRows(emptyInbox, [row(1, 3)]), { t: 'gone', chatId: one, rev: 5 })
    expect(inbox.rows.size).toBe(0)
    expect(mergeRows(inbox, [row(1, 5)])).toBe(inbox)
    expect(mergeRows(inbox, [row(1, 6)]).rows.size).toBe(1)
  })

  test('[SDK-5] after a reset a row is removed whatever its rev, and one that was removed before may come back', () => {
    const gone = applyInboxFrame(mergeRows(emptyInbox, [row(1, 9), row(2, 4)]), {
      t: 'gone',
      chatId: chatIdSchema.parse(2),
      rev: 8,
    })
    const reset = applyInboxFrame(gone, { t: 'reset' })
    expect(applyInboxFrame(reset, { t: 'gone', chatId: one, rev: 3 }).rows.size).toBe(0)
    expect(mergeRows(reset, [row(2, 5)]).rows.size).toBe(2)
  })

  test('[SDK-20] rows stored on the device are shown until the server sends anything about their chats', () => {
    const recalled = recallRows(mergeRows(emptyInbox, [row(1, 3)]), [row(1, 9), row(2, 9)])
    expect([...recalled.rows.values()].map(({ id, rev }) => [id, rev])).toEqual([
      [1, 3],
      [2, 9],
    ])
    // The database was restored from a backup: the lower number is newer.
    expect(mergeRows(recalled, [row(2, 4)]).rows.get(chatIdSchema.parse(2))?.rev).toBe(4)
  })
})
