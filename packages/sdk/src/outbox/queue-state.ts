import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import { batchItemsMax, frameBytesMax } from '@deskbell/contract/limits'
import type { Message, SendOutcome } from '@deskbell/contract/messages'
import { isUnderWay, isWaiting, nextStage, type Stage, type StageEvent } from './item-stage.ts'
import type { PendingMessage } from './pending-message.ts'

/** An own message of one chat. */
export type QueueItem = {
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  /** Its day of waiting counts from here: milliseconds since 1970. */
  readonly waitsSince: number
  readonly stage: Stage
  /** Why it `failed`. */
  readonly code: ErrorCode | null
  /** Its place in the log, once it is `stored`. */
  readonly seq: number | null
  /** Its place in the storage; null until it is kept there. */
  readonly order: number | null
}

/** Own messages of one chat in the order in which they were written: the kept ones, then those not kept yet. */
export type Queue = readonly QueueItem[]

export type NewItem = Pick<QueueItem, 'clientMsgId' | 'text' | 'createdAt' | 'waitsSince'>

export const emptyQueue: Queue = []

/** A message that waits for longer is held until the person says what is to become of it. */
export const heldAfterMs = 24 * 3_600_000

/** The same `clientMsgId` again changes nothing. */
export function enqueue(queue: Queue, item: NewItem): Queue {
  if (queue.some((other) => other.clientMsgId === item.clientMsgId)) return queue
  return [...queue, { ...item, stage: 'queued', code: null, seq: null, order: null }]
}

/** Room for what stands around the items in a frame. */
const batchBytesMax = frameBytesMax - 8 * 1024

/** What goes next: the oldest that wait and are kept, at most `itemsMax`, in one frame. Empty while a batch is out. */
export function nextBatch(queue: Queue, itemsMax: number = batchItemsMax): readonly QueueItem[] {
  if (queue.some((item) => isUnderWay(item.stage))) return []
  const waiting = queue.filter((item) => isWaiting(item.stage) && item.order !== null)
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
  return step(queue, 'leave', (item) => ids.has(item.clientMsgId))
}

/** The server's answer, item by item. What may be tried again waits in its old place. */
export function settle(queue: Queue, outcomes: readonly SendOutcome[]): Queue {
  return outcomes.reduce(settleItem, queue)
}

/** The server has these, whoever sent them. */
export function markStored(queue: Queue, messages: readonly Pick<Message, 'clientMsgId' | 'seq'>[]): Queue {
  const seqs = new Map(messages.map((message) => [message.clientMsgId, message.seq]))
  const stored = step(queue, 'stored', (item) => seqs.has(item.clientMsgId))
  if (stored === queue) return queue
  return stored.map((item) => (item.seq === null ? { ...item, seq: seqs.get(item.clientMsgId) ?? null } : item))
}

/** What happened to the whole batch that is under way. */
export function endBatch(queue: Queue, event: 'unanswered' | 'postponed'): Queue {
  return step(queue, event, (item) => isUnderWay(item.stage))
}

/** The whole batch was refused for good. */
export function refuse(queue: Queue, code: ErrorCode): Queue {
  return step(queue, { refused: code }, (item) => isUnderWay(item.stage))
}

/** The line was away for too long. */
export function markOverdue(queue: Queue): Queue {
  return step(queue, 'overdue', () => true)
}

/** A request has no answer yet, although there was time for one. */
export function markSlow(queue: Queue): Queue {
  return step(queue, 'overdue', (item) => isUnderWay(item.stage))
}

/** Messages that wait for more than a day, and that no program waits for, are held. They block nothing behind them. */
export function hold(queue: Queue, now: number, awaited: ReadonlySet<string>): Queue {
  return step(queue, 'aged', (item) => now - item.waitsSince > heldAfterMs && !awaited.has(item.clientMsgId))
}

/** All that wait are held, and stay so in the storage: their day of waiting counts as over. */
export function holdAll(queue: Queue): Queue {
  return step(queue, 'aged', () => true).map((item) => (item.stage === 'held' ? { ...item, waitsSince: 0 } : item))
}

/** Own messages were seen in the log, or the log that is shown has passed the place of a stored one. */
export function observe(queue: Queue, seen: ReadonlySet<string>, shownSeq: number): Queue {
  return step(queue, 'seen', (item) => seen.has(item.clientMsgId) || (item.seq !== null && item.seq <= shownSeq))
}

/** A failed message goes to the end: others may have been sent meanwhile. */
export function retryFailed(queue: Queue, clientMsgId: string, now: number): Queue {
  const item = queue.find((other) => other.clientMsgId === clientMsgId && other.stage === 'failed')
  if (item === undefined) return queue
  return enqueue(
    queue.filter((other) => other !== item),
    { ...item, waitsSince: now },
  )
}

/** A held message goes out after all, in its old place. */
export function release(queue: Queue, clientMsgId: string, now: number): Queue {
  const held = queue.find((item) => item.clientMsgId === clientMsgId && item.stage === 'held')
  if (held === undefined) return queue
  const fresh = queue.map((item) => (item === held ? { ...item, waitsSince: now } : item))
  return step(fresh, 'release', (item) => item.clientMsgId === clientMsgId)
}

/** Forgets a message that was refused or is held. */
export function discard(queue: Queue, clientMsgId: string): Queue {
  return step(queue, 'discard', (item) => item.clientMsgId === clientMsgId)
}

/** Forgets a message that nobody waits for any more, unless a request carries it at this moment. */
export function withdraw(queue: Queue, clientMsgId: string): Queue {
  return step(queue, 'withdraw', (item) => item.clientMsgId === clientMsgId)
}

/** How the queue is shown. A stored message is on its way still: the log that is shown has not got it yet. */
export function toPending(item: QueueItem): PendingMessage {
  const { clientMsgId, text, code, createdAt } = item
  return { clientMsgId, text, state: pendingStates[item.stage], code, createdAt }
}

const pendingStates: Record<Stage, PendingMessage['state']> = {
  queued: 'queued',
  sending: 'sending',
  unconfirmed: 'unconfirmed',
  retrying: 'unconfirmed',
  held: 'held',
  failed: 'failed',
  stored: 'sending',
}

/** Messages among log entries. */
export function messagesOf(entries: readonly LogEntry[]): Message[] {
  return entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
}

type Happening = StageEvent | { readonly refused: ErrorCode }

/** The same happens to some items. The same queue when nothing changes. */
function step(queue: Queue, what: Happening, concerns: (item: QueueItem) => boolean): Queue {
  const [event, code] = typeof what === 'string' ? [what, null] : (['refused', what.refused] as const)
  let changed = false
  const next = queue.flatMap((item) => {
    const stage = concerns(item) ? nextStage(item.stage, event) : item.stage
    if (stage === item.stage) return [item]
    changed = true
    return stage === 'gone' ? [] : [{ ...item, stage, code: stage === 'failed' ? code : null }]
  })
  return changed ? next : queue
}

function settleItem(queue: Queue, outcome: SendOutcome): Queue {
  if ('message' in outcome) return markStored(queue, [{ clientMsgId: outcome.clientMsgId, seq: outcome.message.seq }])
  const what = outcome.error.retryable ? 'postponed' : { refused: outcome.error.code }
  return step(queue, what, (item) => item.clientMsgId === outcome.clientMsgId && isUnderWay(item.stage))
}

function idsOf(items: readonly QueueItem[]): ReadonlySet<string> {
  return new Set(items.map((item) => item.clientMsgId))
}

const encoder = new TextEncoder()

function encodedBytes({ clientMsgId, text }: Pick<QueueItem, 'clientMsgId' | 'text'>): number {
  return encoder.encode(JSON.stringify({ clientMsgId, text })).length + 1
}
