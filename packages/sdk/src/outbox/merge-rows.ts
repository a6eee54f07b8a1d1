import { isUnderWay, nextStage } from './item-stage.ts'
import type { OutboxRow } from './outbox-storage.ts'
import type { Queue, QueueItem } from './queue-state.ts'

/**
 * The queue after a look into the storage, which all tabs share. The storage gives the order, what other tabs have
 * written, and what has become of it. This tab knows better what it has under way, and what has no place there yet.
 * The same queue when there was nothing new.
 */
export function mergeRows(queue: Queue, rows: readonly OutboxRow[], awaited: ReadonlySet<string>): Queue {
  const known = new Map(queue.map((item) => [item.clientMsgId, item]))
  const kept = rows.map((row) => mergeRow(known.get(row.clientMsgId), row))
  const ids = new Set(rows.map((row) => row.clientMsgId))
  const others = queue.filter((item) => !ids.has(item.clientMsgId) && staysWithoutRow(item, awaited))
  const next = [...kept, ...others].sort((a, b) => place(a) - place(b))
  return next.length === queue.length && next.every((item, index) => item === queue[index]) ? queue : next
}

function mergeRow(item: QueueItem | undefined, row: OutboxRow): QueueItem {
  const { order, code, waitsSince } = row
  if (item === undefined) {
    const { clientMsgId, text, createdAt } = row
    return {
      clientMsgId,
      text,
      createdAt,
      waitsSince,
      stage: code === null ? 'queued' : 'failed',
      code,
      seq: null,
      order,
    }
  }
  const stage = stageWithRow(item, row)
  if (stage === item.stage && order === item.order && waitsSince === item.waitsSince) return item
  return { ...item, stage, order, waitsSince, code: stage === 'failed' ? code : null }
}

/** Another tab was told that it is refused, tried it again, or released it. */
function stageWithRow({ stage, waitsSince }: QueueItem, row: OutboxRow): QueueItem['stage'] {
  if (row.code !== null) return remaining(stage, 'refused')
  if (stage === 'failed') return remaining(stage, 'retry')
  return row.waitsSince > waitsSince ? remaining(stage, 'release') : stage
}

function remaining(stage: QueueItem['stage'], event: 'refused' | 'retry' | 'release'): QueueItem['stage'] {
  const next = nextStage(stage, event)
  return next === 'gone' ? stage : next
}

/** Without a row it was sent or thrown away by another tab; unless it has no row yet, or its end is known here only. */
function staysWithoutRow(item: QueueItem, awaited: ReadonlySet<string>): boolean {
  return item.order === null || item.stage === 'stored' || isUnderWay(item.stage) || awaited.has(item.clientMsgId)
}

function place({ order }: QueueItem): number {
  return order ?? Number.MAX_SAFE_INTEGER
}
