import { logEntrySchema } from '@deskbell/contract/events'
import { frameBytesMax } from '@deskbell/contract/limits'
import { type Message, messageSchema, type SendOutcome } from '@deskbell/contract/messages'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  discard,
  emptyQueue,
  endBatch,
  enqueue,
  heldAfterMs,
  hold,
  holdAll,
  inStage,
  isTooLarge,
  markSending,
  messagesOf,
  nextBatch,
  observe,
  type Queue,
  type QueueItem,
  refuse,
  release,
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

  test('[SDK-3] the same message again changes nothing', () => {
    const queue = add(emptyQueue, 'a')
    expect(add(queue, 'a', 'other text').map((item) => item.text)).toEqual(['x'])
    expect(enqueue(queue, { clientMsgId: 'a', text: 'x', createdAt: '2026-01-01T00:00:00.000Z', waitsSince: 1 })).toBe(
      queue,
    )
  })

  test('[SDK-11] nothing leaves while a request carries another message', () => {
    const queue = add(add(emptyQueue, 'a'), 'b')
    const sending = markSending(queue, queue.slice(0, 1))
    expect(nextBatch(sending)).toEqual([])
    expect(ids(nextBatch(endBatch(sending, 'unanswered')))).toEqual(['a', 'b'])
  })

  test('[SDK-3] a message that fills a frame leaves alone, and one more byte fits into none', () => {
    const room = frameBytesMax - 8 * 1024
    const full = textOf(room)
    expect(isTooLarge({ clientMsgId: 'a', text: full })).toBe(false)
    expect(isTooLarge({ clientMsgId: 'a', text: `${full}x` })).toBe(true)
    // It is refused alone, so that it blocks nothing behind it.
    for (const text of [full, `${full}x`]) expect(ids(nextBatch(add(add(emptyQueue, 'a', text), 'b')))).toEqual(['a'])
  })

  test.each([
    { more: '', batch: ['a', 'b'] },
    { more: 'x', batch: ['a'] },
  ])(
    '[SDK-3] two messages that fill a frame to the last byte leave together, not with "$more" more',
    ({ more, batch }) => {
      const half = textOf((frameBytesMax - 8 * 1024) / 2)
      expect(ids(nextBatch(add(add(emptyQueue, 'a', half), 'b', half + more)))).toEqual(batch)
    },
  )

  test.each([
    { waited: heldAfterMs, stages: ['queued', 'queued'] },
    { waited: heldAfterMs + 1, stages: ['held', 'queued'] },
  ])(
    '[SDK-13] after $waited ms of waiting the stages are $stages: nobody waits for the first',
    ({ waited, stages }) => {
      expect(stagesOf(hold(add(add(emptyQueue, 'a'), 'b'), waited, new Set(['b'])))).toEqual(stages)
    },
  )

  test('[SDK-24] all that wait can be held, for ever, and none that is being sent', () => {
    const queue = newerThan(5, add(add(emptyQueue, 'sent'), 'waits'))
    const held = holdAll(markSending(queue, queue.slice(0, 1)))
    expect(stagesOf(held)).toEqual(['sending', 'held'])
    expect(held.map((item) => item.waitsSince)).toEqual([5, 0])
  })

  test('[SDK-12] only a failed message is retried, and only the one that is meant', () => {
    const queue = refuse(markSending(twoMessages, twoMessages), 'chat_closed')
    const retried = retryFailed(queue, 'b', 7)
    expect(stagesOf(retried)).toEqual(['failed', 'queued'])
    expect(retryFailed(retried, 'b', 8)).toBe(retried)
    expect(retryFailed(retried, 'unknown', 8)).toBe(retried)
    expect(ids(retryFailed(queue, 'a', 7))).toEqual(['b', 'a'])
  })

  test('[SDK-13] only a held message is released, and only the one that is meant', () => {
    const released = release(holdAll(twoMessages), 'b', 7)
    expect(stagesOf(released)).toEqual(['held', 'queued'])
    expect(released.map((item) => item.waitsSince)).toEqual([0, 7])
    expect(release(released, 'b', 8)).toBe(released)
    expect(release(released, 'unknown', 8)).toBe(released)
  })

  test('[SDK-12] only a code makes a message fail', () => {
    for (const item of twoMessages) expect(inStage(item, 'failed', null)).toBe(item)
  })

  test('[SDK-2] the log has entries that are no messages', () => {
    const about = { at: '2026-01-01T00:00:00.000Z', actor: null }
    const closed = logEntrySchema.parse({ ...about, seq: 1, kind: 'closed' })
    const sent = logEntrySchema.parse({ ...about, seq: 2, kind: 'message', message: message('a', 2) })
    expect(messagesOf([closed, sent])).toEqual([message('a', 2)])
  })
})

const twoMessages = add(add(emptyQueue, 'a'), 'b')

const ids = (items: readonly QueueItem[]) => items.map((item) => item.clientMsgId)
const stagesOf = (items: readonly QueueItem[]) => items.map((item) => item.stage)

const newerThan = (waitsSince: number, queue: Queue): Queue => queue.map((item) => ({ ...item, waitsSince }))

/** The text of a message whose item takes this many bytes of a frame, with its comma. */
function textOf(bytes: number): string {
  return 'x'.repeat(bytes - JSON.stringify({ clientMsgId: 'a', text: '' }).length - 1)
}
