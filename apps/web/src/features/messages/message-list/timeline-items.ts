import {
  type Attachment,
  entriesAfter,
  type LogEntry,
  type Message,
  type MessageId,
  type PendingMessage,
  type Role,
  type Timeline,
} from '@deskbell/sdk'
import type { ReactNode } from 'react'
import { calendarDay } from '../../../lib/day-clock.ts'
import { entriesOf, type ShownRange, startOf } from './shown-range.ts'

export type Author = {
  readonly id: number
  readonly name: string
  readonly role: Role
  readonly avatarUrl?: string | null
}

export type MessageItem = {
  readonly type: 'message'
  /** The same for the pending message and the stored one, so that nothing flickers when one replaces the other. */
  readonly key: string
  readonly at: string
  readonly author: Author
  readonly text: string
  readonly attachments: readonly Attachment[]
  readonly retracted: boolean
  readonly edited: boolean
  readonly own: boolean
  /** Null for messages of others, and for retracted ones. */
  readonly state: MessageState | null
  /** In a run of equal states only the last shows its icon. The newest read one and those that need it show a text. */
  readonly statusDisplay: 'none' | 'icon' | 'text'
  readonly seq: number | null
  /** Null until the message is stored. */
  readonly messageId: MessageId | null
  readonly pending: PendingMessage | null
  readonly startsGroup: boolean
  readonly endsGroup: boolean
}

export type ActivityEntry = Extract<LogEntry, { kind: 'assigned' | 'closed' | 'reopened' }>

export type TimelineItem =
  | MessageItem
  | { readonly type: 'day'; readonly key: string; readonly at: string }
  | { readonly type: 'unread'; readonly key: string }
  | {
      readonly type: 'activity'
      readonly key: string
      readonly entry: ActivityEntry
      /** Rendered above the line, in place of other items. */
      readonly above?: ReactNode
    }

export type Viewer = Author & {
  /** The first unread entry when the chat was opened; the divider stays above it. Null for none. */
  readonly unreadFrom: number | null
}

/** An item of the log or the outbox; separators are added later. */
export type UnarrangedItem = MessageItem | Extract<TimelineItem, { type: 'activity' }>

/** The part of a timeline that the message list shows. */
export type VisibleTimeline = Pick<Timeline, 'entries' | 'edits' | 'pending' | 'delivered' | 'read'>

/**
 * Returns the items of the message list, from top to bottom: the log, then the pending messages. The cost depends on
 * the length of the range, whatever is loaded around it.
 */
export function timelineItems(timeline: VisibleTimeline, viewer: Viewer, range: ShownRange): TimelineItem[] {
  const entries = entriesOf(range, timeline.entries)
  const seen: ItemContext = {
    viewer,
    marks: otherMarks(timeline, viewer.role),
    edits: newestEdits(timeline.edits),
  }
  const stored = entries.map((entry) => storedItem(entry, seen)).filter((item) => item !== null)
  const { unreadFrom } = viewer
  return arrangeItems([...stored, ...(range.to === null ? waitingItems(timeline, viewer, stored) : [])], {
    // The divider is shown only above its own entry, not above a later one.
    unreadFrom: unreadFrom !== null && unreadFrom >= startOf(entries) ? unreadFrom : null,
    readBelow: range.to !== null && isReadAfter(range.to, timeline.entries, seen),
  })
}

function waitingItems({ pending }: VisibleTimeline, viewer: Viewer, stored: readonly UnarrangedItem[]): MessageItem[] {
  const keys = new Set(stored.map((item) => item.key))
  return pending.map((message) => pendingItem(message, viewer)).filter((item) => !keys.has(item.key))
}

/** Returns whether the other side has read an own message below this position. */
function isReadAfter(seq: number, entries: readonly LogEntry[], { viewer, marks }: ItemContext): boolean {
  if (marks.read <= seq) return false
  return entriesAfter(entries, seq).some(
    (entry) => entry.kind === 'message' && entry.message.userId === viewer.id && entry.seq <= marks.read,
  )
}

type ItemContext = {
  readonly viewer: Viewer
  readonly marks: OtherMarks
  readonly edits: ReadonlyMap<number, NewestEdit>
}

/** Returns null for an entry that only changes another one. */
function storedItem(entry: LogEntry, seen: ItemContext): UnarrangedItem | null {
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

type NewestEdit = { readonly text: string | null }

/** Returns the newest edit or retraction of each message; null text means retracted. */
function newestEdits(edits: readonly LogEntry[]): Map<number, NewestEdit> {
  const newest = new Map<number, NewestEdit>()
  for (const entry of edits) {
    if (entry.kind === 'edited') newest.set(entry.data.messageId, { text: entry.data.text })
    if (entry.kind === 'retracted') newest.set(entry.data.messageId, { text: null })
  }
  return newest
}

const noAttachments: readonly Attachment[] = []

/** A process of an older version, which a page meets while a deployment is renewed, says nothing of attachments. */
export function attachmentsOf({ attachments = noAttachments }: { attachments?: readonly Attachment[] }) {
  return attachments
}

function messageItem(
  entry: Extract<LogEntry, { kind: 'message' }>,
  { viewer, marks, edits }: ItemContext,
): MessageItem {
  const { message } = entry
  const own = message.userId === viewer.id
  const edit = edits.get(message.id)
  const retracted = edit?.text === null || (message.type === 'text' && message.text === '')
  return {
    type: 'message',
    key: messageKey(message, own),
    at: message.createdAt,
    author: entry.actor ?? { id: message.userId, name: '', role: message.direction === 'in' ? 'client' : 'operator' },
    text: edit === undefined ? message.text : (edit.text ?? ''),
    attachments: retracted ? noAttachments : attachmentsOf(message),
    retracted,
    edited: !retracted && edit !== undefined,
    own,
    state: own && !retracted ? storedState(entry.seq, marks) : null,
    statusDisplay: 'none',
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
    attachments: noAttachments,
    retracted: false,
    edited: false,
    own: true,
    state: pending.files !== undefined && pending.state === 'queued' ? 'uploading' : pending.state,
    statusDisplay: 'none',
    seq: null,
    messageId: null,
    pending,
    startsGroup: true,
    endsGroup: true,
  }
}

// A `clientMsgId` of another user may be the same as one of ours.
function messageKey(message: Message, own: boolean): string {
  return own && message.clientMsgId !== null ? `own-${message.clientMsgId}` : `message-${message.id}`
}

/** Messages of one author this close together form a group. */
export const groupMs = 2 * 60_000

export type ListEdges = {
  /** The first unread entry, if it is among the items. */
  readonly unreadFrom: number | null
  /** The newest message that was read is below the items. */
  readonly readBelow: boolean
}

/** Adds day separators and the divider, forms groups, and decides which states are shown. */
export function arrangeItems(items: readonly UnarrangedItem[], { unreadFrom, readBelow }: ListEdges): TimelineItem[] {
  return withSigns(withGroups(withSeparators(items, unreadFrom)), readBelow)
}

/** A message that waits since yesterday is below those of today, and begins no new day. */
function withSeparators(items: readonly UnarrangedItem[], unreadFrom: number | null): TimelineItem[] {
  const result: TimelineItem[] = []
  let day = ''
  let divided = unreadFrom === null
  for (const item of items) {
    const at = item.type === 'message' ? item.at : item.entry.at
    const itemDay = calendarDay(at)
    if (itemDay > day) {
      day = itemDay
      result.push({ type: 'day', key: `day-${day}`, at })
    }
    if (!divided && isUnread(item, unreadFrom)) {
      divided = true
      result.push({ type: 'unread', key: 'unread' })
    }
    result.push(item)
  }
  return result
}

function isUnread(item: UnarrangedItem, unreadFrom: number | null): boolean {
  return item.type === 'message' && !item.own && item.seq !== null && unreadFrom !== null && item.seq >= unreadFrom
}

function withGroups(items: readonly TimelineItem[]): TimelineItem[] {
  return items.map((item, index) => {
    if (item.type !== 'message') return item
    return { ...item, startsGroup: !joins(items[index - 1], item), endsGroup: !joins(item, items[index + 1]) }
  })
}

/** A message that needs attention is not grouped, so that it shows its own text. */
function joins(upper: TimelineItem | undefined, lower: TimelineItem | undefined): boolean {
  if (upper?.type !== 'message' || lower?.type !== 'message') return false
  if (needsAttention(upper.state) || needsAttention(lower.state)) return false
  return upper.author.id === lower.author.id && Math.abs(Date.parse(lower.at) - Date.parse(upper.at)) <= groupMs
}

function withSigns(items: readonly TimelineItem[], readBelow: boolean): TimelineItem[] {
  const newestRead = readBelow ? undefined : items.findLast((item) => item.type === 'message' && item.state === 'read')
  return items.map((item, index) => {
    if (item.type !== 'message' || item.state === null) return item
    const below = items[index + 1]
    const same = below?.type === 'message' && !item.endsGroup && hasSameIcon(below.state, item.state)
    const statusDisplay = item === newestRead || needsText(item.state) ? 'text' : 'icon'
    return { ...item, statusDisplay: same && statusDisplay === 'icon' ? 'none' : statusDisplay }
  })
}

/** The delivery state of an own message. */
export type MessageState =
  | 'uploading'
  | 'queued'
  | 'sending'
  | 'unconfirmed'
  | 'held'
  | 'failed'
  | 'sent'
  | 'delivered'
  | 'read'

/** The marks of the other side, from which the state of an own message follows. */
export type OtherMarks = { readonly delivered: number; readonly read: number }

export function otherMarks({ delivered, read }: Pick<Timeline, 'delivered' | 'read'>, role: Role): OtherMarks {
  const other = role === 'client' ? 'operator' : 'client'
  return { delivered: delivered[other], read: read[other] }
}

export function storedState(seq: number, marks: OtherMarks): MessageState {
  if (marks.read >= seq) return 'read'
  return marks.delivered >= seq ? 'delivered' : 'sent'
}

/** The state needs a text of its own, and perhaps an action of the user. */
export function needsAttention(state: MessageState | null): boolean {
  return state === 'unconfirmed' || state === 'held' || state === 'failed'
}

/** An icon alone does not explain the state. A held message has a line of its own for that. */
export function needsText(state: MessageState): boolean {
  return state === 'unconfirmed' || state === 'failed'
}

/** Whether a message is queued or being sent makes no difference to the user. */
export function hasSameIcon(a: MessageState | null, b: MessageState | null): boolean {
  return a === b || (isUnderWay(a) && isUnderWay(b))
}

function isUnderWay(state: MessageState | null): boolean {
  return state === 'uploading' || state === 'queued' || state === 'sending'
}

/**
 * Keeps the object of each unchanged item, and the list if nothing has changed, so that React renders only new items.
 */
export function sameItems(before: readonly TimelineItem[], now: readonly TimelineItem[]): readonly TimelineItem[] {
  const known = new Map(before.map((item) => [item.key, item]))
  const kept = now.map((item) => {
    const old = known.get(item.key)
    return old !== undefined && isSame(old, item) ? old : item
  })
  return kept.length === before.length && kept.every((item, index) => item === before[index]) ? before : kept
}

function isSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(b).every((name) => Object.is(a[name], b[name]))
}
