import { type Chat, chatSchema } from '@deskbell/contract/chats'
import { expect, test } from 'vitest'
import { type ConsoleFilter, listedChats } from './console-filter.ts'

type Given = { id: number; operatorId?: number; closed?: boolean; at?: string }

function chat({ id, operatorId, closed = false, at = `2026-03-03T12:00:0${id}.000Z` }: Given): Chat {
  return chatSchema.parse({
    id,
    status: closed ? 'closed' : 'open',
    client: { id: 50, name: 'Igor', email: 'igor@example.com' },
    operator: operatorId === undefined ? null : { id: operatorId, name: 'Olga' },
    lastMessageAt: at,
    lastMessage: null,
    unread: 0,
    lastSeq: 0,
    rev: 1,
    createdAt: at,
    closedAt: closed ? at : null,
  })
}

const chats = [
  chat({ id: 1, operatorId: 9 }),
  chat({ id: 2, operatorId: 8 }),
  chat({ id: 3 }),
  chat({ id: 4, closed: true, operatorId: 9 }),
]

test.each<[ConsoleFilter, number[]]>([
  ['all', [3, 2, 1]],
  ['mine', [1]],
  ['unassigned', [3]],
  ['closed', [4]],
])('[WEB-16] %s shows its chats, most recent activity first', (filter, expected) => {
  expect(listedChats(chats, { filter, operatorId: 9, lastLoaded: null }).map(({ id }) => id)).toEqual(expected)
})

test('[WEB-16] equal activity is ordered by the newer chat', () => {
  const at = '2026-03-03T12:00:00.000Z'
  const same = [chat({ id: 1, at }), chat({ id: 2, at })]
  expect(listedChats(same, { filter: 'all', operatorId: 9, lastLoaded: null }).map(({ id }) => id)).toEqual([2, 1])
})

test('[WEB-16] while more pages exist, rows below the last loaded one wait', () => {
  const [, second] = chats
  expect(listedChats(chats, { filter: 'all', operatorId: 9, lastLoaded: second ?? null }).map(({ id }) => id)).toEqual([
    3, 2,
  ])
})
