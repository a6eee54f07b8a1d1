import { isUnderWay, nextStage } from './item-stage.ts'
import { inStage, type Queue, type QueueItem } from './queue-state.ts'
import type { OutboxRow } from './storage/outbox-storage.ts'

type Keeps = (item: QueueItem) => boolean

/**
 * Merges the queue with the rows of the storage, which all tabs share and which contains everything that this queue
 * wrote. The storage decides the order, what other tabs have written, and its outcome: a message without a row was sent
 * or discarded by another tab, unless a request of this tab carries it. Returns the same queue when nothing is new.
 */
export function mergeRows(queue: Queue, rows: readonly OutboxRow[], keeps: Keeps): Queue {
  const known = new Map(queue.map((item) => [item.clientMsgId, item]))
  const kept = rows.map((row) => mergeRow(known.get(row.clientMsgId), row))
  const ids = new Set(rows.map((row) => row.clientMsgId))
  const stays = (item: QueueItem) => !ids.has(item.clientMsgId) && (isSettledHere(item) || keeps(item))
  const others = queue.filter(stays).map(withPlace)
  const next = [...others, ...kept].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
  return next.length === queue.length && next.every((item, index) => item === queue[index]) ? queue : next
}

function mergeRow(item: QueueItem | undefined, row: OutboxRow): QueueItem {
  const { order, code, waitsSince } = row
  if (item === undefined) {
    const { clientMsgId, text, createdAt, uploadIds } = row
    const fresh = { clientMsgId, text, createdAt, uploadIds, waitsSince, seq: null, order }
    return code === null ? { ...fresh, stage: 'queued', code } : { ...fresh, stage: 'failed', code }
  }
  const stage = stageWithRow(item, row)
  if (stage === item.stage && order === item.order && waitsSince === item.waitsSince) return item
  return { ...inStage(item, stage, code), order, waitsSince }
}

/** Another tab's request was refused, or another tab retried or released the message. */
function stageWithRow({ stage, waitsSince }: QueueItem, row: OutboxRow): QueueItem['stage'] {
  if (row.code !== null) return nextStage(stage, 'refused')
  if (stage === 'failed') return nextStage(stage, 'retry')
  return row.waitsSince > waitsSince ? nextStage(stage, 'release') : stage
}

/** A request still carries it, or the log is about to show it. */
function isSettledHere({ stage }: QueueItem): boolean {
  return stage === 'stored' || isUnderWay(stage)
}

/** A message that stays without a row was written before all that have one. */
function withPlace(item: QueueItem): QueueItem {
  return item.order === null ? { ...item, order: 0 } : item
}
