import type { Chat } from '@deskbell/contract/chats'
import { compareByWaiting } from '@deskbell/sdk'
import { type CompareChats, compareChats } from '../chat-order.ts'

export const filters = ['all', 'mine', 'unassigned', 'closed'] as const
export type ConsoleFilter = (typeof filters)[number]

export const sorts = ['activity', 'waiting'] as const
export type ConsoleSort = (typeof sorts)[number]

/** The order of the server's lists. */
export const sortOrders: Record<ConsoleSort, CompareChats> = { activity: compareChats, waiting: compareByWaiting }

/** What the server's list is asked for. */
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
  /** The last row of the loaded pages while more exist; null when all are loaded. */
  readonly lastLoaded: Chat | null
  readonly compare?: CompareChats
}

/**
 * The rows of a list, of all rows in order. Rows below the last loaded one are held back while there are more pages:
 * between them would be holes that look like the end.
 */
export function listedChats(ordered: readonly Chat[], input: ListInput): Chat[] {
  const { filter, operatorId, lastLoaded, compare = compareChats } = input
  const listed = ordered.filter((chat) => matches(chat, filter, operatorId))
  return lastLoaded === null ? listed : listed.filter((chat) => compare(chat, lastLoaded) <= 0)
}
