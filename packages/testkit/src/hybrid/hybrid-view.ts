import type { Chat } from '@deskbell/contract/chats'
import type { ChatFrame, LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts, InboxFrame } from '@deskbell/contract/inbox'

type Marks = { client: number; operator: number }

/** Everything that a program shows of a chat and of the list. */
export type HybridView = {
  /** Null when no chat is open. */
  log: { entries: LogEntry[]; read: Marks; delivered: Marks } | null
  rows: ReadonlyMap<ChatId, Chat>
  counts: Omit<InboxCounts, 't'> | null
}

/** Applies a frame of a chat to a view. It shares no code with the server or the SDK. */
export function afterChatFrame(view: HybridView, frame: ChatFrame): HybridView {
  if (view.log === null) throw new Error('A frame came for a chat that is not open.')
  const { entries, read, delivered } = view.log
  switch (frame.t) {
    case 'ev':
      return { ...view, log: { ...view.log, entries: withStatuses(frame.events.reduce(withEntry, entries), read) } }
    case 'rcpt': {
      const log = {
        read: { ...read, [frame.role]: Math.max(read[frame.role], frame.readSeq) },
        delivered: { ...delivered, [frame.role]: Math.max(delivered[frame.role], frame.deliveredSeq) },
      }
      return { ...view, log: { ...log, entries: withStatuses(entries, log.read) } }
    }
    case 'reset':
      throw new Error(`The cursor was refused: ${frame.reason}`)
    case 'live':
    case 'hb':
    case 'typing':
    case 'presence':
      return view
  }
}

export function afterInboxFrame(view: HybridView, frame: InboxFrame): HybridView {
  switch (frame.t) {
    case 'upsert':
      return { ...view, rows: frame.rows.reduce(withRow, view.rows) }
    case 'gone':
      return { ...view, rows: new Map([...view.rows].filter(([chatId]) => chatId !== frame.chatId)) }
    case 'counts': {
      const { t: _t, ...counts } = frame
      return { ...view, counts }
    }
    case 'reset':
      throw new Error('The position in the feed was refused.')
    case 'live':
    case 'hb':
    case 'presence':
      return view
  }
}

/** Applies a row. It replaces one with a lower `rev`, and at an equal `rev` one with a greater `unread`. */
export function withRow(rows: ReadonlyMap<ChatId, Chat>, row: Chat): ReadonlyMap<ChatId, Chat> {
  const known = rows.get(row.id)
  const newer = known === undefined || row.rev > known.rev || (row.rev === known.rev && row.unread < known.unread)
  return newer ? new Map(rows).set(row.id, row) : rows
}

function withEntry(entries: LogEntry[], entry: LogEntry): LogEntry[] {
  const last = entries.at(-1)?.seq ?? 0
  if (entry.seq !== last + 1) throw new Error(`Entry ${entry.seq} came after ${last}.`)
  return [...entries.map((earlier) => changed(earlier, entry)), entry]
}

function changed(earlier: LogEntry, entry: LogEntry): LogEntry {
  if (entry.kind !== 'edited' && entry.kind !== 'retracted') return earlier
  const { messageId } = entry.data
  if (earlier.kind === 'message' && earlier.message.id === messageId) {
    return { ...earlier, message: { ...earlier.message, text: entry.kind === 'edited' ? entry.data.text : '' } }
  }
  if (entry.kind === 'retracted' && earlier.kind === 'edited' && earlier.data.messageId === messageId) {
    return { ...earlier, data: { messageId, text: '' } }
  }
  return earlier
}

function withStatuses(entries: LogEntry[], read: Marks): LogEntry[] {
  return entries.map((entry) => {
    if (entry.kind !== 'message') return entry
    const seen = entry.message.direction === 'in' ? read.operator : read.client
    return { ...entry, message: { ...entry.message, status: entry.seq <= seen ? 'read' : 'new' } }
  })
}
