import { type Chat, chatSchema } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import { expect, test } from 'vitest'
import { type ConsoleFilter, listedChats, orderChats, sortOrders } from './console-filter.ts'

type Given = { id: number; operatorId?: number; closed?: boolean; at?: string; waitingSince?: string }

function chat({ id, operatorId, closed = false, at = `2026-03-03T12:00:0${id}.000Z`, waitingSince }: Given): Chat {
  return chatSchema.parse({
    id,
    status: closed ? 'closed' : 'open',
    client: { id: 50, name: 'Igor', email: 'igor@example.com', verified: false, avatarUrl: null },
    operator: operatorId === undefined ? null : { id: operatorId, name: 'Olga', avatarUrl: null },
    lastMessageAt: at,
    lastMessage: null,
    unread: 0,
    lastSeq: 0,
    rev: 1,
    createdAt: at,
    closedAt: closed ? at : null,
    waitingSince: waitingSince ?? null,
  })
}

const chats = [
  chat({ id: 1, operatorId: 9 }),
  chat({ id: 2, operatorId: 8 }),
  chat({ id: 3 }),
  chat({ id: 4, closed: true, operatorId: 9 }),
]

const inOrder = (given: readonly Chat[]) => orderChats(new Map(given.map((each) => [each.id, each])), [])

test.each<[ConsoleFilter, number[]]>([
  ['all', [3, 2, 1]],
  ['mine', [1]],
  ['unassigned', [3]],
  ['closed', [4]],
])('[WEB-16] %s shows its chats, most recent activity first', (filter, expected) => {
  expect(listedChats(inOrder(chats), { filter, operatorId: 9, lastLoaded: null }).map(({ id }) => id)).toEqual(expected)
})

test('[WEB-16] equal activity is ordered by the newer chat', () => {
  const at = '2026-03-03T12:00:00.000Z'
  const same = [chat({ id: 1, at }), chat({ id: 2, at })]
  expect(listedChats(inOrder(same), { filter: 'all', operatorId: 9, lastLoaded: null }).map(({ id }) => id)).toEqual([
    2, 1,
  ])
})

test('[WEB-16] while more pages exist, rows below the last loaded one are left out', () => {
  const [, second] = chats
  expect(
    listedChats(inOrder(chats), { filter: 'all', operatorId: 9, lastLoaded: second ?? null }).map(({ id }) => id),
  ).toEqual([3, 2])
})

test('[WEB-55] the order is made from the previous one, with added, removed and changed rows in place', () => {
  const at = (minute: number) => `2026-03-03T12:0${minute}:00.000Z`
  const before = inOrder([1, 2, 3, 4].map((id) => chat({ id, at: at(id) })))
  const rows = new Map(before.filter(({ id }) => id !== 2).map((each) => [each.id, each]))
  rows.set(1 as ChatId, chat({ id: 1, at: at(7) }))
  rows.set(5 as ChatId, chat({ id: 5, at: at(3) }))
  expect(orderChats(rows, before).map(({ id }) => id)).toEqual([1, 4, 5, 3])
})

test('[WEB-81] by waiting: the longest wait first, then the rest by activity, without gaps between pages', () => {
  const since = (second: number) => `2026-03-03T12:00:0${second}.000Z`
  const given = [
    chat({ id: 1 }),
    chat({ id: 2, waitingSince: since(2) }),
    chat({ id: 3 }),
    chat({ id: 4, waitingSince: since(1) }),
  ]
  const ordered = orderChats(new Map(given.map((each) => [each.id, each])), [], sortOrders.waiting)
  expect(ordered.map(({ id }) => id)).toEqual([4, 2, 3, 1])
  const input = { filter: 'all', operatorId: 9, lastLoaded: given[2] ?? null, compare: sortOrders.waiting } as const
  expect(listedChats(ordered, input).map(({ id }) => id)).toEqual([4, 2, 3])
})
