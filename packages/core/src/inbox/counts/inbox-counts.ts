import type { UserId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import type { Database } from '@deskbell/db/database'
import { type OpenSums, sumOpenChatsByClient } from '@deskbell/db/queries/inbox'

/** The sums of all operators. `common` is for one without own chats and marks; the maps have the sums that differ. */
export type OperatorSums = {
  common: OpenSums & { unassignedUnread: number }
  mine: ReadonlyMap<UserId, number>
  unread: ReadonlyMap<UserId, number>
  unreadOwn: ReadonlyMap<UserId, number>
}

export function operatorCounts({ common, ...sums }: OperatorSums, userId: UserId): InboxCounts {
  return {
    t: 'counts',
    open: common.open,
    unassigned: common.unassigned,
    mine: sums.mine.get(userId) ?? 0,
    unread: sums.unread.get(userId) ?? common.unread,
    unreadOwn: sums.unreadOwn.get(userId) ?? common.unassignedUnread,
  }
}

export const noCounts: InboxCounts = { t: 'counts', open: 0, mine: 0, unassigned: 0, unread: 0, unreadOwn: 0 }

/** Reads the counts of clients. All chats of a client count as its own. */
export async function readClientCounts(db: Database, clientIds: readonly UserId[]): Promise<Map<UserId, InboxCounts>> {
  const counts = new Map<UserId, InboxCounts>(clientIds.map((userId) => [userId, noCounts]))
  for (const { userId, open, unassigned, unread } of await sumOpenChatsByClient(db.orm, clientIds)) {
    counts.set(userId, { t: 'counts', open, mine: open, unassigned, unread, unreadOwn: unread })
  }
  return counts
}

export function sameCounts(a: InboxCounts, b: InboxCounts): boolean {
  return (
    a.open === b.open &&
    a.mine === b.mine &&
    a.unassigned === b.unassigned &&
    a.unread === b.unread &&
    a.unreadOwn === b.unreadOwn
  )
}
