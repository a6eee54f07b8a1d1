import { type Chat, compareByWaiting } from '@deskbell/sdk'
import { type CompareChats, compareChats } from '../../known-chats.ts'

export const filters = ['all', 'mine', 'unassigned', 'closed'] as const
export type ConsoleFilter = (typeof filters)[number]

export const sorts = ['activity', 'waiting'] as const
export type ConsoleSort = (typeof sorts)[number]

/** The order of the server's lists. */
export const sortOrders: Record<ConsoleSort, CompareChats> = { activity: compareChats, waiting: compareByWaiting }

/** The input of the server's list for each filter. */
export const filterQueries = {
  all: { status: 'open', scope: 'all' },
  mine: { status: 'open', scope: 'mine' },
  unassigned: { status: 'open', scope: 'unassigned' },
  closed: { status: 'closed', scope: 'all' },
} as const satisfies Record<ConsoleFilter, object>

export function matches(chat: Chat, filter: ConsoleFilter, operatorId: number): boolean {
  if ((chat.status === 'closed') !== (filter === 'closed')) return false
  if (filter === 'mine') return chat.operator?.id === operatorId
  return filter !== 'unassigned' || chat.operator === null
}

type ListInput = {
  readonly filter: ConsoleFilter
  readonly operatorId: number
  /** The last row of the loaded pages while there are more; null when all are loaded. */
  readonly lastLoaded: Chat | null
  readonly compare?: CompareChats
}

/**
 * Returns the rows of a list, from all rows in order. Rows below the last loaded one are left out while there are more
 * pages: gaps between them would look like the end.
 */
export function listedChats(ordered: readonly Chat[], input: ListInput): Chat[] {
  const { filter, operatorId, lastLoaded, compare = compareChats } = input
  const listed = ordered.filter((chat) => matches(chat, filter, operatorId))
  return lastLoaded === null ? listed : listed.filter((chat) => compare(chat, lastLoaded) <= 0)
}

/**
 * Returns all rows in order, starting from their previous order. Few rows move at a time, and sorting an almost sorted
 * list takes one comparison for each row.
 */
export function orderChats(
  rows: ReadonlyMap<number, Chat>,
  before: readonly Chat[],
  compare: CompareChats = compareChats,
): Chat[] {
  const known = new Set<number>()
  const ordered = before.flatMap(({ id }) => {
    known.add(id)
    return rows.get(id) ?? []
  })
  for (const chat of rows.values()) if (!known.has(chat.id)) ordered.push(chat)
  return ordered.sort(compare)
}
