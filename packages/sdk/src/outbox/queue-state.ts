import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import { batchItemsMax, frameBytesMax } from '@deskbell/contract/limits'
import type { Message, SendOutcome } from '@deskbell/contract/messages'
import { isUnderWay, isWaiting, nextStage, type Stage, type StageEvent } from './item-stage.ts'
import type { PendingMessage } from './pending-message.ts'

/** An own message of one chat. Only a failed one has a code: why it was refused. */
export type QueueItem = ItemText &
  ({ readonly stage: 'failed'; readonly code: ErrorCode } | { readonly stage: LiveStage; readonly code: null })

/** The stages without `failed`. */
type LiveStage = Exclude<Stage, 'failed'>

type ItemText = {
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  /** The uploads that are its attachments. */
  readonly uploadIds?: readonly string[] | undefined
  /** Start of its wait, which `heldAfterMs` limits: milliseconds since 1970. */
  readonly waitsSince: number
  /** Its `seq` in the log, once it is `stored`. */
  readonly seq: number | null
  /** Its place in the storage; null until it is persisted. */
  readonly order: number | null
}

/** Own messages of one chat in the order of writing: the persisted ones, then the others. */
export type Queue = readonly QueueItem[]

export type NewItem = Pick<QueueItem, 'clientMsgId' | 'text' | 'createdAt' | 'uploadIds' | 'waitsSince'>

export const emptyQueue: Queue = []

/** A message that waits longer is held until the user decides about it. */
export const heldAfterMs = 24 * 3_600_000

/** Appends a message. A known `clientMsgId` changes nothing. */
export function enqueue(queue: Queue, item: NewItem): Queue {
  if (queue.some((other) => other.clientMsgId === item.clientMsgId)) return queue
  return [...queue, { ...item, stage: 'queued', code: null, seq: null, order: null }]
}

/** Leaves room for what surrounds the items in a frame. */
const batchBytesMax = frameBytesMax - 8 * 1024

/**
 * Returns the next batch: the oldest messages that wait and are persisted, at most `itemsMax`, in one frame. Empty
 * while a batch is being sent.
 */
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

/** Reports whether no frame can carry it, even alone. */
export function isTooLarge(item: SentItem): boolean {
  return encodedBytes(item) > batchBytesMax
}

export function markSending(queue: Queue, batch: readonly QueueItem[]): Queue {
  const ids = idsOf(batch)
  return step(queue, 'leave', (item) => ids.has(item.clientMsgId))
}

/** Applies the server's answer, item by item. Retryable messages wait in their old place. */
export function settle(queue: Queue, outcomes: readonly SendOutcome[]): Queue {
  return outcomes.reduce(settleItem, queue)
}

/** The server has stored these messages, whoever sent them. */
export function markStored(queue: Queue, messages: readonly Pick<Message, 'clientMsgId' | 'seq'>[]): Queue {
  const seqs = new Map(messages.map((message) => [message.clientMsgId, message.seq]))
  const stored = step(queue, 'stored', (item) => seqs.has(item.clientMsgId))
  if (stored === queue) return queue
  return stored.map((item) => (item.seq === null ? { ...item, seq: seqs.get(item.clientMsgId) ?? null } : item))
}

/** Applies `event` to the batch that is being sent. */
export function endBatch(queue: Queue, event: 'unanswered' | 'postponed'): Queue {
  return step(queue, event, (item) => isUnderWay(item.stage))
}

/** The batch that is being sent was refused for good. */
export function refuse(queue: Queue, code: ErrorCode): Queue {
  return step(queue, { refused: code }, (item) => isUnderWay(item.stage))
}

/** Nothing could be sent for too long. */
export function markStuck(queue: Queue): Queue {
  return step(queue, 'stuck', () => true)
}

/** The running request has no answer in time. */
export function markSlow(queue: Queue): Queue {
  return step(queue, 'slow', (item) => isUnderWay(item.stage))
}

/**
 * Holds messages that wait for more than a day, unless a program waits for them. Held ones block nothing behind them.
 */
export function hold(queue: Queue, now: number, awaited: ReadonlySet<string>): Queue {
  return step(queue, 'aged', (item) => now - item.waitsSince > heldAfterMs && !awaited.has(item.clientMsgId))
}

/** Holds all waiting messages. They stay held in the storage, because `waitsSince` says that their day is over. */
export function holdAll(queue: Queue): Queue {
  return step(queue, 'aged', () => true).map((item) => (item.stage === 'held' ? { ...item, waitsSince: 0 } : item))
}

/** Removes messages that were seen in the log, and stored ones whose place the shown log has passed. */
export function observe(queue: Queue, seen: ReadonlySet<string>, shownSeq: number): Queue {
  return step(queue, 'seen', (item) => seen.has(item.clientMsgId) || (item.seq !== null && item.seq <= shownSeq))
}

/** Moves a failed message to the end: others may have been sent meanwhile. */
export function retryFailed(queue: Queue, clientMsgId: string, now: number): Queue {
  const item = queue.find((other) => other.clientMsgId === clientMsgId && other.stage === 'failed')
  if (item === undefined) return queue
  return enqueue(
    queue.filter((other) => other !== item),
    { ...item, waitsSince: now },
  )
}

/** Sends a held message after all, in its old place. */
export function release(queue: Queue, clientMsgId: string, now: number): Queue {
  const held = queue.find((item) => item.clientMsgId === clientMsgId && item.stage === 'held')
  if (held === undefined) return queue
  const fresh = queue.map((item) => (item === held ? { ...item, waitsSince: now } : item))
  return step(fresh, 'release', (item) => item.clientMsgId === clientMsgId)
}

/** Removes a message that failed or is held. */
export function discard(queue: Queue, clientMsgId: string): Queue {
  return step(queue, 'discard', (item) => item.clientMsgId === clientMsgId)
}

/** Removes a message that nobody waits for any more, unless it is being sent or stored. */
export function withdraw(queue: Queue, clientMsgId: string): Queue {
  return step(queue, 'withdraw', (item) => item.clientMsgId === clientMsgId)
}

/** The message as it is shown. A stored one is still `sending`: the shown log does not contain it yet. */
export function toPending(item: QueueItem): PendingMessage {
  const { clientMsgId, text, createdAt } = item
  if (item.stage === 'failed') return { clientMsgId, text, state: 'failed', code: item.code, createdAt }
  return { clientMsgId, text, state: pendingStates[item.stage], code: null, createdAt }
}

const pendingStates: Record<LiveStage, Exclude<PendingMessage['state'], 'failed'>> = {
  queued: 'queued',
  sending: 'sending',
  unconfirmed: 'unconfirmed',
  sendingUnconfirmed: 'unconfirmed',
  held: 'held',
  stored: 'sending',
}

/** The messages among log entries. */
export function messagesOf(entries: readonly LogEntry[]): Message[] {
  return entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message] : []))
}

/** The item in another stage; `code` is why, where that is `failed`. */
export function inStage(item: QueueItem, stage: Stage, code: ErrorCode | null): QueueItem {
  if (stage !== 'failed') return { ...item, stage, code: null }
  return code === null ? item : { ...item, stage, code }
}

type Occurrence = Exclude<StageEvent, 'refused'> | { readonly refused: ErrorCode }

/** Applies an event to the items that `concerns` selects. Returns the same queue when nothing changes. */
function step(queue: Queue, what: Occurrence, concerns: (item: QueueItem) => boolean): Queue {
  const [event, code] = typeof what === 'string' ? [what, null] : (['refused', what.refused] as const)
  let changed = false
  const next = queue.flatMap((item) => {
    const stage = concerns(item) ? nextStage(item.stage, event) : item.stage
    if (stage === item.stage) return [item]
    changed = true
    return stage === 'gone' ? [] : [inStage(item, stage, code)]
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

type SentItem = Pick<QueueItem, 'clientMsgId' | 'text' | 'uploadIds'>

function encodedBytes({ clientMsgId, text, uploadIds }: SentItem): number {
  return encoder.encode(JSON.stringify({ clientMsgId, text, uploadIds })).length + 1
}
