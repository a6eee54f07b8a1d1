import type { ChatId, UserId } from '@deskbell/contract/ids'
import { expect, test } from 'vitest'
import type { Command } from './command.ts'
import { CommandQueue } from './command-queue.ts'

type Queued = { user: number; chat: number; items?: number; isChange?: boolean }

function command({ user, chat, items = 1, isChange = false }: Queued): Command {
  const queued = {
    chatId: chat as ChatId,
    actor: { userId: user as UserId, role: 'client', sessionId: 's' } as unknown as Command['actor'],
    deadline: 1_000,
    reject: () => undefined,
  }
  if (isChange) {
    const change = { read: () => Promise.reject(new Error('not run')) }
    return { ...queued, kind: 'change', change, resolve: () => undefined }
  }
  return {
    ...queued,
    kind: 'send',
    items: Array.from({ length: items }, (_, nth) => ({
      clientMsgId: `${nth}`,
      text: 'x',
      uploadIds: [],
      bodyHash: '',
    })),
    resolve: () => undefined,
  }
}

function queueOf(commands: readonly Queued[]): CommandQueue {
  const queue = new CommandQueue(() => 0)
  for (const each of commands) queue.add(command(each))
  return queue
}

const places = (batch: readonly Command[]) => batch.map(({ actor, chatId }) => `${actor.userId}:${chatId}`)

test('[MSG-23] a batch has a share of each user, and the rest of a greedy one follows', () => {
  const greedy = Array.from({ length: 10 }, (_, nth) => ({ user: 1, chat: nth + 1 }))
  const queue = queueOf([...greedy, { user: 2, chat: 99 }])
  expect(places(queue.dequeue(100, 4))).toEqual(['1:1', '1:2', '1:3', '1:4', '2:99'])
  expect(places(queue.dequeue(100, 4))).toEqual(['1:5', '1:6', '1:7', '1:8'])
  expect(places(queue.dequeue(100, 4))).toEqual(['1:9', '1:10'])
  expect([queue.isEmpty, queue.items]).toEqual([true, 0])
})

test('[MSG-23] a command that is greater than the share of its user is taken alone', () => {
  const queue = queueOf([
    { user: 1, chat: 1, items: 9 },
    { user: 1, chat: 2 },
    { user: 2, chat: 3, items: 3 },
  ])
  expect(places(queue.dequeue(100, 4))).toEqual(['1:1', '2:3'])
  expect(places(queue.dequeue(100, 4))).toEqual(['1:2'])
})

test('[MSG-23] a change takes the share of 32 messages', () => {
  const queue = queueOf(Array.from({ length: 20 }, (_, nth) => ({ user: 1, chat: nth + 1, isChange: true })))
  expect(queue.dequeue(512, 64)).toHaveLength(2)
  expect(queue.dequeue(96, 96)).toHaveLength(3)
  expect(queue.items).toBe(15)
})

test('[MSG-20] commands of a chat keep their order, also where the first one has to wait for its user’s turn', () => {
  const queue = queueOf([
    { user: 1, chat: 1 },
    { user: 1, chat: 2 },
    { user: 2, chat: 2 },
    { user: 2, chat: 1 },
  ])
  expect(places(queue.dequeue(100, 1))).toEqual(['1:1', '2:1'])
  expect(places(queue.dequeue(100, 1))).toEqual(['1:2', '2:2'])
})
