import type { FeedPosition } from '@deskbell/db/queries/log/feed-tail'

/** A position in the feed, in one history of the database. */
export type InboxCursor = FeedPosition & { epoch: string }

/** `epoch:xid:id`; what follows `~` is ignored. */
export function formatInboxCursor({ epoch, xid, id }: InboxCursor): string {
  return `${epoch}:${xid}:${id}`
}

/** Returns null for text that is no cursor. */
export function parseInboxCursor(text: string): InboxCursor | null {
  const match = /^([\w-]{1,64}):(\d{1,18}):(\d{1,15})(?:~.*)?$/su.exec(text)
  if (match === null) return null
  const [, epoch = '', xid = '0', id = '0'] = match
  return { epoch, xid, id: Number(id) }
}

export function laterPosition(a: FeedPosition, b: FeedPosition): FeedPosition {
  const difference = BigInt(a.xid) - BigInt(b.xid)
  if (difference !== 0n) return difference > 0n ? a : b
  return a.id > b.id ? a : b
}
