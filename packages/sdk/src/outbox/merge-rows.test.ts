import { chatIdSchema } from '@deskbell/contract/ids'
import { describe, expect, test } from 'vitest'
import { mergeRows } from './merge-rows.ts'
import type { Queue, QueueItem } from './queue-state.ts'
import type { OutboxRow } from './storage/outbox-storage.ts'

const chatId = chatIdSchema.parse(1)
const createdAt = '2026-01-01T00:00:00.000Z'

function row(clientMsgId: string, rest: Partial<OutboxRow>): OutboxRow {
  return { chatId, clientMsgId, text: 'x', createdAt, waitsSince: 10, order: 1, code: null, ...rest }
}

type Place = { readonly order?: number | null; readonly waitsSince?: number }

function item(clientMsgId: string, stage: QueueItem['stage'], { order = 1, waitsSince = 10 }: Place = {}): QueueItem {
  const rest = { clientMsgId, text: 'x', createdAt, waitsSince, order, seq: null }
  return stage === 'failed' ? { ...rest, stage, code: 'chat_closed' } : { ...rest, stage, code: null }
}

const merge = (queue: Queue, rows: readonly OutboxRow[]) => mergeRows(queue, rows, () => false)

/** What another tab made of the only message of this tab. */
function merged(own: QueueItem, theirs: OutboxRow): QueueItem | undefined {
  return merge([own], [theirs])[0]
}

describe('mergeRows', () => {
  test('[SDK-10] rows of another tab join the queue: one waits, and one that was refused says why', () => {
    const rows = [row('a', { order: 1 }), row('b', { order: 2, code: 'chat_closed' })]
    expect(merge([], rows)).toEqual([
      { ...item('a', 'queued', { order: 1 }), code: null },
      { ...item('b', 'failed', { order: 2 }), code: 'chat_closed' },
    ])
  })

  test('[SDK-11] the storage decides the order, also around messages that a request still carries', () => {
    const queue = [
      item('a', 'queued', { order: 1 }),
      item('c', 'sending', { order: 3 }),
      item('d', 'queued', { order: 4 }),
    ]
    const rows = [row('a', { order: 1 }), row('b', { order: 2 }), row('d', { order: 4 }), row('e', { order: 5 })]
    const next = merge(queue, rows)
    expect(next.map(({ clientMsgId, order }) => `${clientMsgId} ${order}`)).toEqual(['a 1', 'b 2', 'c 3', 'd 4', 'e 5'])
  })

  test.each(['sending', 'sendingUnconfirmed', 'stored'] as const)(
    '[SDK-10] a message that is %s stays without a row',
    (stage) => {
      expect(merge([item('a', stage)], [])).toEqual([item('a', stage)])
    },
  )

  test.each(['queued', 'unconfirmed', 'held', 'failed'] as const)(
    '[SDK-10] one that is %s was sent or discarded by another tab, unless it is being written',
    (stage) => {
      const queue = [item('a', stage)]
      expect(merge(queue, [])).toEqual([])
      expect(mergeRows(queue, [], ({ clientMsgId }) => clientMsgId === 'a')).toBe(queue)
    },
  )

  test('[SDK-11] a message that stays without a place comes before all that have one', () => {
    const queue = [item('a', 'sending', { order: null })]
    expect(merge(queue, [row('b', { order: 1 })])).toEqual([item('a', 'sending', { order: 0 }), item('b', 'queued')])
  })

  test('[SDK-10] when nothing is new the queue is the same', () => {
    const queue = [item('a', 'sending', { order: 1 }), item('b', 'queued', { order: 2 })]
    expect(merge(queue, [row('a', { order: 1 }), row('b', { order: 2 })])).toBe(queue)
    expect(merge(queue, [row('b', { order: 2 })])).toBe(queue)
  })

  test.each(['queued', 'sending', 'unconfirmed', 'sendingUnconfirmed', 'held'] as const)(
    '[SDK-10] one that is %s here and was refused in another tab has failed',
    (stage) => {
      expect(merged(item('a', stage), row('a', { code: 'chat_closed' }))).toEqual(item('a', 'failed'))
    },
  )

  test('[SDK-10] one that another tab retried waits again, at its new place', () => {
    const after = { order: 7, waitsSince: 20 }
    expect(merged(item('a', 'failed'), row('a', after))).toEqual(item('a', 'queued', after))
  })

  test.each([
    { when: 'later', waitsSince: 11, stage: 'queued' },
    { when: 'at the same time', waitsSince: 10, stage: 'held' },
    { when: 'earlier', waitsSince: 9, stage: 'held' },
  ] as const)('[SDK-13] a held one whose wait began $when in another tab is $stage', ({ waitsSince, stage }) => {
    expect(merged(item('a', 'held'), row('a', { waitsSince }))).toEqual(item('a', stage, { waitsSince }))
  })

  test('[SDK-13] a wait that another tab began again is the wait of this tab too', () => {
    expect(merged(item('a', 'queued'), row('a', { waitsSince: 20 }))).toEqual(item('a', 'queued', { waitsSince: 20 }))
  })
})
