import type { LogEntry } from '@deskbell/contract/events'
import type { Message } from '@deskbell/contract/messages'
import { entriesAfter, type PendingMessage, type Timeline } from '@deskbell/sdk'
import { arrangeItems } from './arrange-items.ts'
import { type OtherMarks, otherMarks, storedState } from './message-state.ts'
import { entriesOf, type ShownRange, startOf } from './shown-range.ts'
import type { MessageItem, PlainItem, TimelineItem, Viewer } from './timeline-item.ts'

/** The part of a timeline that stands in the thread. */
export type Shown = Pick<Timeline, 'entries' | 'changes' | 'pending' | 'delivered' | 'read'>

/**
 * What stands in the thread, from top to bottom: the log, then what is still on its way.
 * It costs as much as the range is long, whatever is loaded around it.
 */
export function timelineItems(timeline: Shown, viewer: Viewer, range: ShownRange): TimelineItem[] {
  const entries = entriesOf(range, timeline.entries)
  const seen: Seen = { viewer, marks: otherMarks(timeline, viewer.role), changes: newestChanges(timeline.changes) }
  const stored = entries.map((entry) => storedItem(entry, seen)).filter((item) => item !== null)
  const { unreadFrom } = viewer
  return arrangeItems([...stored, ...(range.to === null ? waitingItems(timeline, viewer, stored) : [])], {
    // The line stands above its entry only, and not above whatever comes after it.
    unreadFrom: unreadFrom !== null && unreadFrom >= startOf(entries) ? unreadFrom : null,
    readBelow: range.to !== null && isReadAfter(range.to, timeline.entries, seen),
  })
}

function waitingItems({ pending }: Shown, viewer: Viewer, stored: readonly PlainItem[]): MessageItem[] {
  const keys = new Set(stored.map((item) => item.key))
  return pending.map((message) => pendingItem(message, viewer)).filter((item) => !keys.has(item.key))
}

/** Has the other side read an own message that stands below this place? */
function isReadAfter(seq: number, entries: readonly LogEntry[], { viewer, marks }: Seen): boolean {
  if (marks.read <= seq) return false
  return entriesAfter(entries, seq).some(
    (entry) => entry.kind === 'message' && entry.message.userId === viewer.id && entry.seq <= marks.read,
  )
}

type Seen = { readonly viewer: Viewer; readonly marks: OtherMarks; readonly changes: ReadonlyMap<number, Change> }

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
function newestChanges(changes: readonly LogEntry[]): Map<number, Change> {
  const newest = new Map<number, Change>()
  for (const entry of changes) {
    if (entry.kind === 'edited') newest.set(entry.data.messageId, { text: entry.data.text })
    if (entry.kind === 'retracted') newest.set(entry.data.messageId, { text: null })
  }
  return newest
}

function messageItem(entry: Extract<LogEntry, { kind: 'message' }>, { viewer, marks, changes }: Seen): MessageItem {
  const { message } = entry
  const own = message.userId === viewer.id
  const change = changes.get(message.id)
  const retracted = change?.text === null || message.text === ''
  return {
    type: 'message',
    key: messageKey(message, own),
    at: message.createdAt,
    author: entry.actor ?? { id: message.userId, name: '', role: message.direction === 'in' ? 'client' : 'operator' },
    text: change === undefined ? message.text : (change.text ?? ''),
    retracted,
    edited: !retracted && change !== undefined,
    own,
    state: own && !retracted ? storedState(entry.seq, marks) : null,
    tells: 'nothing',
    seq: entry.seq,
    messageId: message.id,
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
    tells: 'nothing',
    seq: null,
    messageId: null,
    pending,
    startsGroup: true,
    endsGroup: true,
  }
}

// Other people's clientMsgIds are their own business and may collide with ours.
function messageKey(message: Message, own: boolean): string {
  return own && message.clientMsgId !== null ? `own-${message.clientMsgId}` : `message-${message.id}`
}
