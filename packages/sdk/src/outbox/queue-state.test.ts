import { type Message, messageSchema, type SendOutcome } from '@deskbell/contract/messages'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  discard,
  emptyQueue,
  endBatch,
  enqueue,
  markSending,
  nextBatch,
  observe,
  type Queue,
  type QueueItem,
  refuse,
  retryFailed,
  settle,
  toPending,
  withdraw,
} from './queue-state.ts'

/** A model of the server: stores each id once, in the order of arrival. */
class Store {
  readonly log: string[] = []

  send(items: readonly QueueItem[]): SendOutcome[] {
    return items.map(({ clientMsgId }) => {
      const duplicate = this.log.includes(clientMsgId)
      if (!duplicate) this.log.push(clientMsgId)
      return { clientMsgId, duplicate, message: message(clientMsgId, this.log.indexOf(clientMsgId) + 1) }
    })
  }
}

function message(clientMsgId: string, seq: number): Message {
  const at = '2026-01-01T00:00:00.000Z'
  const fixed = { chatId: 1, userId: 1, direction: 'in', type: 'text', text: 'x', status: 'new' }
  return messageSchema.parse({ ...fixed, id: seq, seq, clientMsgId, createdAt: at })
}

function add(queue: Queue, clientMsgId: string, text = 'x'): Queue {
  return keep(enqueue(queue, { clientMsgId, text, createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 0 }))
}

/** Marks all messages as persisted. */
function keep(queue: Queue): Queue {
  return queue.map((item, order) => ({ ...item, order }))
}

describe('queue', () => {
  const outcome = fc.constantFrom('answered', 'lost before', 'lost after', 'refused', 'seen' as const)
  const move = fc.oneof(fc.constant('write' as const), outcome)

  test('[SDK-3] whatever answers are lost, each message is stored once, in the order of writing', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), (moves) => {
        const server = new Store()
        let queue: Queue = emptyQueue
        let written = 0
        for (const kind of [...moves, ...Array.from({ length: 5 }, () => 'answered' as const)]) {
          if (kind === 'write') {
            queue = add(queue, `m${written}`)
            written += 1
            continue
          }
          const batch = nextBatch(queue)
          queue = markSending(queue, batch)
          expect(nextBatch(queue)).toEqual([])
          if (kind === 'refused') queue = endBatch(queue, 'postponed')
          if (kind === 'lost before') queue = endBatch(queue, 'unanswered')
          if (kind === 'lost after' || kind === 'seen') {
            server.send(batch)
            queue = endBatch(queue, 'unanswered')
          }
          if (kind === 'seen') queue = observe(queue, new Set(server.log), server.log.length)
          if (kind === 'answered') queue = observe(settle(queue, server.send(batch)), new Set(), server.log.length)
        }
        expect(server.log).toEqual(Array.from({ length: written }, (_, index) => `m${index}`))
        expect(queue).toEqual([])
      }),
    )
  })

  test('[SDK-10] nothing is sent before it is persisted', () => {
    const kept = add(emptyQueue, 'kept')
    const queue = enqueue(kept, { clientMsgId: 'new', text: 'x', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 0 })
    expect(nextBatch(queue).map((item) => item.clientMsgId)).toEqual(['kept'])
  })

  test('[SDK-3] a stored message is shown as sending until the log reaches it, and then never again', () => {
    const sent = markSending(add(emptyQueue, 'a'), add(emptyQueue, 'a'))
    const stored = settle(sent, [{ clientMsgId: 'a', duplicate: false, message: message('a', 7) }])
    expect(stored.map(toPending)).toMatchObject([{ state: 'sending' }])
    expect(nextBatch(stored)).toEqual([])
    expect(observe(stored, new Set(), 6)).toBe(stored)
    expect(observe(stored, new Set(), 7)).toEqual([])
  })

  test('[SDK-3] a final failure blocks nothing behind it, and a retry goes to the end', () => {
    let queue = add(add(emptyQueue, 'bad'), 'good')
    queue = settle(markSending(queue, nextBatch(queue)), [
      { clientMsgId: 'bad', error: { code: 'chat_closed', retryable: false } },
      { clientMsgId: 'good', error: { code: 'rate_limited', retryable: true } },
    ])
    expect(queue.map(toPending)).toMatchObject([
      { state: 'failed', code: 'chat_closed' },
      { state: 'queued', code: null },
    ])
    expect(nextBatch(queue).map((item) => item.clientMsgId)).toEqual(['good'])
    expect(nextBatch(keep(retryFailed(queue, 'bad', 1))).map((item) => item.clientMsgId)).toEqual(['good', 'bad'])
  })

  test('[SDK-3] a batch has at most 20 messages and fits into one frame', () => {
    const many = Array.from({ length: 50 }, (_, index) => `m${index}`).reduce((queue, id) => add(queue, id), emptyQueue)
    expect(nextBatch(many)).toHaveLength(20)
    const quotes = '"'.repeat(16_000)
    const wide = Array.from({ length: 20 }, (_, index) => `m${index}`).reduce(
      (queue, id) => add(queue, id, quotes),
      emptyQueue,
    )
    const batch = nextBatch(wide)
    expect(batch.length).toBeGreaterThan(1)
    expect(JSON.stringify(batch.map(({ clientMsgId, text }) => ({ clientMsgId, text }))).length).toBeLessThan(
      256 * 1024,
    )
  })

  test('[SDK-3] a failed message can be discarded and a queued one withdrawn, but none that is being sent', () => {
    const queue = add(markSending(add(emptyQueue, 'sent'), add(emptyQueue, 'sent')), 'waits')
    expect(discard(queue, 'sent')).toBe(queue)
    expect(withdraw(queue, 'sent')).toBe(queue)
    expect(withdraw(queue, 'waits').map((item) => item.clientMsgId)).toEqual(['sent'])
    const failed = refuse(queue, 'chat_closed')
    expect(discard(failed, 'sent').map((item) => item.clientMsgId)).toEqual(['waits'])
  })
})
