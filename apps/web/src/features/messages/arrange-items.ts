import { calendarDay } from '../../lib/day-clock.ts'
import { isSameSign, isTroubled, saysWhy } from './message-state.ts'
import type { PlainItem, TimelineItem } from './timeline-item.ts'

/** Messages of one author this close together stand as one group. */
export const groupMs = 2 * 60_000

export type Around = {
  /** The first unread entry, if it is among the items. */
  readonly unreadFrom: number | null
  /** The newest message that was read stands below the items. */
  readonly readBelow: boolean
}

/** Puts the lines between days and above what is new, joins groups, and decides which signs are shown. */
export function arrangeItems(items: readonly PlainItem[], { unreadFrom, readBelow }: Around): TimelineItem[] {
  return withSigns(withGroups(withSeparators(items, unreadFrom)), readBelow)
}

/** A message that waits since yesterday stands below those of today, and begins no day anew. */
function withSeparators(items: readonly PlainItem[], unreadFrom: number | null): TimelineItem[] {
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
  if (isTroubled(upper.state) || isTroubled(lower.state)) return false
  return upper.author.id === lower.author.id && Math.abs(Date.parse(lower.at) - Date.parse(upper.at)) <= groupMs
}

function withSigns(items: readonly TimelineItem[], readBelow: boolean): TimelineItem[] {
  const newestRead = readBelow ? undefined : items.findLast((item) => item.type === 'message' && item.state === 'read')
  return items.map((item, index) => {
    if (item.type !== 'message' || item.state === null) return item
    const below = items[index + 1]
    const same = below?.type === 'message' && !item.endsGroup && isSameSign(below.state, item.state)
    const tells = item === newestRead || saysWhy(item.state) ? 'words' : 'sign'
    return { ...item, tells: same && tells === 'sign' ? 'nothing' : tells }
  })
}
