import type { ChatId, UserId } from '@deskbell/contract/ids'
import { expect, test } from 'vitest'
import type { Command } from './command.ts'
import { CommandQueue } from './command-queue.ts'

type Sent = { user: number; chat: number; items?: number }

function send({ user, chat, items = 1 }: Sent): Command {
  return {
    kind: 'send',
    chatId: chat as ChatId,
    actor: { userId: user as UserId, role: 'client', sessionId: 's' } as unknown as Command['actor'],
    deadline: 1_000,
    items: Array.from({ length: items }, (_, nth) => ({ clientMsgId: `${nth}`, text: 'x', bodyHash: '' })),
    resolve: () => undefined,
    reject: () => undefined,
  }
}

function queueOf(sends: readonly Sent[]): CommandQueue {
  const queue = new CommandQueue(() => 0)
  for (const each of sends) queue.add(send(each))
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
