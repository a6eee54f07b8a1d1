import type { LogEntry } from '@deskbell/contract/events'
import type { Message } from '@deskbell/contract/messages'
import type { Role } from '@deskbell/contract/users'
import type { PendingMessage, Timeline } from '@deskbell/sdk'

/** Own messages say how far they have come. */
export type MessageState = 'sending' | 'unconfirmed' | 'failed' | 'sent' | 'read'

export type Author = { readonly id: number; readonly name: string; readonly role: Role }

export type MessageItem = {
  readonly type: 'message'
  /** The same for the pending message and the stored one, so that nothing blinks when one becomes the other. */
  readonly key: string
  readonly at: string
  readonly author: Author
  readonly text: string
  readonly retracted: boolean
  readonly edited: boolean
  readonly own: boolean
  /** Null for other people's messages. */
  readonly state: MessageState | null
  readonly seq: number | null
  readonly pending: PendingMessage | null
  readonly startsGroup: boolean
  readonly endsGroup: boolean
}

export type ActivityEntry = Extract<LogEntry, { kind: 'assigned' | 'closed' | 'reopened' }>

export type TimelineItem =
  | MessageItem
  | { readonly type: 'day'; readonly key: string; readonly at: string }
  | { readonly type: 'unread'; readonly key: string }
  | { readonly type: 'activity'; readonly key: string; readonly entry: ActivityEntry }

export type Viewer = Author & {
  /** The first unread entry when the chat was opened; the divider stays above it. Null for none. */
  readonly unreadFrom: number | null
}

/** Messages of one author this close together stand as one group. */
export const groupMs = 2 * 60_000

/** What stands in the thread, from top to bottom: the log, then what is still on its way. */
export function timelineItems(timeline: Timeline, viewer: Viewer): TimelineItem[] {
  const stored = storedItems(timeline, viewer)
  const keys = new Set(stored.map((item) => item.key))
  const waiting = timeline.pending.map((pending) => pendingItem(pending, viewer)).filter((item) => !keys.has(item.key))
  return withGroups(withSeparators([...stored, ...waiting], viewer.unreadFrom))
}

type PlainItem = MessageItem | Extract<TimelineItem, { type: 'activity' }>

function storedItems({ entries, read }: Timeline, viewer: Viewer): PlainItem[] {
  const seen: Seen = { viewer, readSeq: readByOthers(read, viewer.role), changes: laterChanges(entries) }
  return entries.map((entry) => storedItem(entry, seen)).filter((item) => item !== null)
}

type Seen = { readonly viewer: Viewer; readonly readSeq: number; readonly changes: ReadonlyMap<number, Change> }

/** Null for an entry that only changes another one. */
function storedItem(entry: LogEntry, seen: Seen): PlainItem | null {
  switch (entry.kind) {
    case 'message':
      return messageItem(entry, seen)
    case 'assigned':
    case 'closed':
    case 'reopened':
      return { type: 'activity', key: `entry-${entry.seq}`, entry }
    case 'edited':
    case 'retracted':
      return null
  }
}

type Change = { readonly text: string | null }

/** The newest edit or retraction of each message; null text means retracted. */
function laterChanges(entries: readonly LogEntry[]): Map<number, Change> {
  const changes = new Map<number, Change>()
  for (const entry of entries) {
    if (entry.kind === 'edited') changes.set(entry.data.messageId, { text: entry.data.text })
    if (entry.kind === 'retracted') changes.set(entry.data.messageId, { text: null })
  }
  return changes
}

function messageItem(entry: Extract<LogEntry, { kind: 'message' }>, { viewer, readSeq, changes }: Seen): MessageItem {
  const { message } = entry
  const own = message.userId === viewer.id
  const change = changes.get(message.id)
  return {
    type: 'message',
    key: messageKey(message, own),
    at: message.createdAt,
    author: entry.actor ?? { id: message.userId, name: '', role: message.direction === 'in' ? 'client' : 'operator' },
    text: change === undefined ? message.text : (change.text ?? ''),
    retracted: change?.text === null,
    edited: typeof change?.text === 'string',
    own,
    state: own ? (readSeq >= entry.seq ? 'read' : 'sent') : null,
    seq: entry.seq,
    pending: null,
    startsGroup: true,
    endsGroup: true,
  }
}

function pendingItem(pending: PendingMessage, viewer: Viewer): MessageItem {
  return {
    type: 'message',
    key: `own-${pending.clientMsgId}`,
    at: pending.createdAt,
    author: viewer,
    text: pending.text,
    retracted: false,
    edited: false,
    own: true,
    state: pending.state,
    seq: null,
    pending,
    startsGroup: true,
    endsGroup: true,
  }
}

// Other people's clientMsgIds are their own business and may collide with ours.
function messageKey(message: Message, own: boolean): string {
  return own && message.clientMsgId !== null ? `own-${message.clientMsgId}` : `message-${message.id}`
}

function readByOthers(read: Timeline['read'], role: Role): number {
  return role === 'client' ? read.operator : read.client
}

function withSeparators(items: readonly PlainItem[], unreadFrom: number | null): TimelineItem[] {
  const result: TimelineItem[] = []
  let day = ''
  let divided = unreadFrom === null
  for (const item of items) {
    const at = item.type === 'message' ? item.at : item.entry.at
    const itemDay = dayOf(at)
    if (itemDay !== day) result.push({ type: 'day', key: `day-${itemDay}`, at })
    day = itemDay
    if (!divided && isUnread(item, unreadFrom)) {
      divided = true
      result.push({ type: 'unread', key: 'unread' })
    }
    result.push(item)
  }
  return result
}

function isUnread(item: PlainItem, unreadFrom: number | null): boolean {
  return item.type === 'message' && !item.own && item.seq !== null && unreadFrom !== null && item.seq >= unreadFrom
}

function withGroups(items: readonly TimelineItem[]): TimelineItem[] {
  return items.map((item, index) => {
    if (item.type !== 'message') return item
    return { ...item, startsGroup: !joins(items[index - 1], item), endsGroup: !joins(item, items[index + 1]) }
  })
}

/** What is not on its way as usual stands alone, with its own words. */
function joins(upper: TimelineItem | undefined, lower: TimelineItem | undefined): boolean {
  if (upper?.type !== 'message' || lower?.type !== 'message') return false
  if (isTroubled(upper) || isTroubled(lower)) return false
  return upper.author.id === lower.author.id && Math.abs(Date.parse(lower.at) - Date.parse(upper.at)) <= groupMs
}

function isTroubled({ state }: MessageItem): boolean {
  return state === 'failed' || state === 'unconfirmed'
}

/** The calendar day in the reader's own time zone. */
function dayOf(iso: string): string {
  const date = new Date(iso)
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`
}
