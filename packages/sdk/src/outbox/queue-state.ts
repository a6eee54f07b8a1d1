import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import { batchItemsMax, frameBytesMax } from '@deskbell/contract/limits'
import type { Message, SendOutcome } from '@deskbell/contract/messages'
import type { PendingMessage } from './pending-message.ts'

/**
 * Own messages of one chat, in the order in which they were written.
 *
 *   queued ──> sending ──> stored ──> gone, once the log that is shown has reached it
 *     ^           │  └───> failed ──> queued (retry) or gone (discard)
 *     └───────────┴──────> unconfirmed ──> sending, with the same id
 *
 * A message that shows up in the log is done in every stage.
 */
export type QueueItem = {
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  readonly stage: 'queued' | 'sending' | 'unconfirmed' | 'failed' | 'stored'
  readonly code: ErrorCode | null
  /** Its place in the log, once it is `stored`. */
  readonly seq: number | null
}

export type Queue = readonly QueueItem[]

export const emptyQueue: Queue = []

/** The same `clientMsgId` again changes nothing. */
export function enqueue(queue: Queue, item: Pick<QueueItem, 'clientMsgId' | 'text' | 'createdAt'>): Queue {
  if (queue.some((other) => other.clientMsgId === item.clientMsgId)) return queue
  return [...queue, { ...item, stage: 'queued', code: null, seq: null }]
}

/** Room for what stands around the items in a frame. */
const batchBytesMax = frameBytesMax - 8 * 1024

/** What goes next: the oldest that wait, at most `itemsMax`, in one frame. Empty while a batch is under way. */
export function nextBatch(queue: Queue, itemsMax: number = batchItemsMax): readonly QueueItem[] {
  if (queue.some((item) => item.stage === 'sending')) return []
  const waiting = queue.filter((item) => item.stage === 'queued' || item.stage === 'unconfirmed')
  const batch: QueueItem[] = []
  let bytes = 0
  for (const item of waiting.slice(0, itemsMax)) {
    bytes += encodedBytes(item)
    if (bytes > batchBytesMax && batch.length > 0) break
    batch.push(item)
  }
  return batch
}

/** No frame can carry it, whatever else is in the frame. */
export function isTooLarge(item: Pick<QueueItem, 'clientMsgId' | 'text'>): boolean {
  return encodedBytes(item) > batchBytesMax
}

export function markSending(queue: Queue, batch: readonly QueueItem[]): Queue {
  const ids = idsOf(batch)
  return queue.map((item) => (ids.has(item.clientMsgId) ? { ...item, stage: 'sending', code: null } : item))
}

/** The server's answer, item by item. What may be tried again waits in its old place. */
export function settle(queue: Queue, outcomes: readonly SendOutcome[]): Queue {
  const byId = new Map(outcomes.map((outcome) => [outcome.clientMsgId, outcome]))
  return queue.map((item) => {
    const outcome = byId.get(item.clientMsgId)
    return outcome === undefined || item.stage !== 'sending' ? item : settleItem(item, outcome)
  })
}

/** No answer came, so the outcome is unknown (`sending`), or the line was away for too long (`queued`). */
export function markUnconfirmed(queue: Queue, stage: 'sending' | 'queued'): Queue {
  if (!queue.some((item) => item.stage === stage)) return queue
  return queue.map((item) => (item.stage === stage ? { ...item, stage: 'unconfirmed' } : item))
}

/** The whole batch was refused, and may be tried again later. */
export function putBack(queue: Queue): Queue {
  return queue.map((item) => (item.stage === 'sending' ? { ...item, stage: 'queued' } : item))
}

/** The whole batch was refused for good. */
export function refuse(queue: Queue, code: ErrorCode): Queue {
  return queue.map((item) => (item.stage === 'sending' ? { ...item, stage: 'failed', code } : item))
}

/** Own messages were seen in the log, or the log that is shown has passed the place of a stored one. */
export function observe(queue: Queue, seen: ReadonlySet<string>, shownSeq: number): Queue {
  return without(queue, (item) => seen.has(item.clientMsgId) || (item.seq !== null && item.seq <= shownSeq))
}

/** A failed message goes to the end: others may have been sent meanwhile. */
export function retryFailed(queue: Queue, clientMsgId: string): Queue {
  const item = queue.find((other) => other.clientMsgId === clientMsgId && other.stage === 'failed')
  if (item === undefined) return queue
  return [...queue.filter((other) => other !== item), { ...item, stage: 'queued', code: null }]
}

/** Forgets a message that was refused. */
export function discardFailed(queue: Queue, clientMsgId: string): Queue {
  return without(queue, (item) => item.clientMsgId === clientMsgId && item.stage === 'failed')
}

/** Forgets a message that nobody waits for any more, unless a request carries it at this moment. */
export function withdraw(queue: Queue, clientMsgId: string): Queue {
  return without(queue, (item) => item.clientMsgId === clientMsgId && item.stage !== 'sending')
}

/** How the queue is shown. A stored message is on its way still: the log that is shown has not got it yet. */
export function toPending(item: QueueItem): PendingMessage {
  const { clientMsgId, text, code, createdAt } = item
  return { clientMsgId, text, state: pendingStates[item.stage], code, createdAt }
}

const pendingStates: Record<QueueItem['stage'], PendingMessage['state']> = {
  queued: 'sending',
  sending: 'sending',
  stored: 'sending',
  unconfirmed: 'unconfirmed',
  failed: 'failed',
}

/** Messages among log entries. */
export function messagesOf(entries: readonly LogEntry[]): Message[] {
  return entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
}

function settleItem(item: QueueItem, outcome: SendOutcome): QueueItem {
  if ('message' in outcome) return { ...item, stage: 'stored', seq: outcome.message.seq }
  if (outcome.error.retryable) return { ...item, stage: 'queued' }
  return { ...item, stage: 'failed', code: outcome.error.code }
}

function without(queue: Queue, gone: (item: QueueItem) => boolean): Queue {
  const rest = queue.filter((item) => !gone(item))
  return rest.length === queue.length ? queue : rest
}

function idsOf(items: readonly QueueItem[]): ReadonlySet<string> {
  return new Set(items.map((item) => item.clientMsgId))
}

const encoder = new TextEncoder()

function encodedBytes({ clientMsgId, text }: Pick<QueueItem, 'clientMsgId' | 'text'>): number {
  return encoder.encode(JSON.stringify({ clientMsgId, text })).length + 1
}
