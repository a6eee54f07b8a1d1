import type { Chat } from '@deskbell/contract/chats'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxFrame } from '@deskbell/contract/inbox'
import type { InboxState } from './inbox.ts'

/** The inbox, with what only merging needs. */
export type InboxMemory = InboxState & {
  /**
   * Rows from before a `reset` or of an earlier run. Their `rev` may belong to another history, so any later row
   * replaces them.
   */
  readonly stale: ReadonlySet<ChatId>
  /** Chats that are no longer visible, with the `rev` at which they were removed. */
  readonly gone: ReadonlyMap<ChatId, number>
}

export const emptyInbox: InboxMemory = {
  status: 'loading',
  rows: new Map(),
  counts: null,
  operatorsOnline: null,
  generation: 0,
  stale: new Set(),
  gone: new Map(),
}

/** Applies a frame of `inbox.events`. Pure. */
export function applyInboxFrame(inbox: InboxMemory, frame: InboxFrame): InboxMemory {
  switch (frame.t) {
    case 'upsert':
      return mergeRows(inbox, frame.rows)
    case 'gone':
      return removeRow(inbox, frame.chatId, frame.rev)
    case 'counts':
      return { ...inbox, counts: frame }
    case 'presence':
      return { ...inbox, operatorsOnline: frame.operatorsOnline }
    case 'live':
      return withStatus(inbox, 'live')
    case 'reset':
      return resetInbox(inbox)
    case 'hb':
      return inbox
  }
  // A newer server may send frames that this program does not know.
  return inbox
}

/** Takes each row that is newer than the known one. Rows may arrive late, repeatedly and in any order. */
export function mergeRows(inbox: InboxMemory, rows: readonly Chat[]): InboxMemory {
  const news = rows.filter((row) => isNews(inbox, row))
  if (news.length === 0) return inbox
  const merged = new Map(inbox.rows)
  const stale = new Set(inbox.stale)
  const gone = new Map(inbox.gone)
  for (const row of news) {
    merged.set(row.id, newerOf(stale.has(row.id) ? undefined : merged.get(row.id), row))
    stale.delete(row.id)
    gone.delete(row.id)
  }
  return { ...inbox, rows: merged, stale, gone }
}

/** Adds rows of an earlier run for chats that are not known yet. Their history may have been replaced since. */
export function recallRows(inbox: InboxMemory, rows: readonly Chat[]): InboxMemory {
  const unknown = rows.filter(({ id }) => !inbox.rows.has(id) && !inbox.gone.has(id))
  if (unknown.length === 0) return inbox
  const merged = new Map(inbox.rows)
  for (const row of unknown) merged.set(row.id, row)
  return { ...inbox, rows: merged, stale: new Set([...inbox.stale, ...unknown.map(({ id }) => id)]) }
}

export function withStatus(inbox: InboxMemory, status: InboxState['status']): InboxMemory {
  return inbox.status === status ? inbox : { ...inbox, status }
}

function isNews(inbox: InboxMemory, row: Chat): boolean {
  const goneAt = inbox.gone.get(row.id)
  if (goneAt !== undefined && row.rev <= goneAt) return false
  const known = inbox.rows.get(row.id)
  if (known === undefined || inbox.stale.has(row.id)) return true
  return row.rev > known.rev || (row.rev === known.rev && row.unread < known.unread)
}

/** One frame may contain two rows of one chat. */
function newerOf(known: Chat | undefined, row: Chat): Chat {
  if (known === undefined || row.rev > known.rev) return row
  return row.rev === known.rev && row.unread < known.unread ? row : known
}

function removeRow(inbox: InboxMemory, chatId: ChatId, rev: number): InboxMemory {
  const known = inbox.rows.get(chatId)
  if (known !== undefined && known.rev > rev && !inbox.stale.has(chatId)) return inbox
  const rows = new Map(inbox.rows)
  rows.delete(chatId)
  return { ...inbox, rows, gone: new Map(inbox.gone).set(chatId, rev) }
}

function resetInbox(inbox: InboxMemory): InboxMemory {
  return {
    ...inbox,
    status: 'catching-up',
    generation: inbox.generation + 1,
    stale: new Set(inbox.rows.keys()),
    gone: new Map(),
  }
}
