import type { LogEntry } from '@deskbell/contract/events'
import type { MessageId } from '@deskbell/contract/ids'
import { editWindowMs } from '@deskbell/contract/limits'
import type { MessageItem } from './timeline-item.ts'

/** A stored message of one's own that was not taken back. */
export type OwnMessage = { readonly messageId: MessageId; readonly text: string; readonly at: string }

/** In the server's time, which is only estimated here: the server has the last word. */
export function editableUntil({ at }: OwnMessage): number {
  return Date.parse(at) + editWindowMs
}

export function ownMessage({ own, retracted, messageId, text, at }: MessageItem): OwnMessage | null {
  return own && !retracted && messageId !== null ? { messageId, text, at } : null
}

/** The newest one, if it can still be changed. */
export function newestEditable(entries: readonly LogEntry[], ownId: number, now: number): OwnMessage | null {
  // Entries are as old as their place, so the look back ends with the first that is too old: most logs are longer.
  const newest = entries.findLast(
    (entry) => Date.parse(entry.at) + editWindowMs <= now || (entry.kind === 'message' && isOwn(entry.message, ownId)),
  )
  if (newest?.kind !== 'message' || !isOwn(newest.message, ownId)) return null
  const { id: messageId, text, createdAt: at } = newest.message
  const message = { messageId, text, at }
  return editableUntil(message) > now ? message : null
}

/** Of a message that was taken back no text is left. */
function isOwn({ userId, text }: { userId: number; text: string }, ownId: number): boolean {
  return userId === ownId && text !== ''
}
