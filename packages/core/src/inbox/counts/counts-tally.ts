import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { OpenChat } from '@deskbell/db/queries/chats/open-chats'
import type { OperatorSums } from './inbox-counts.ts'

/** The sums over all open chats. A changed chat is subtracted as it was and added as it is; no other chat is read. */
export class CountsTally {
  readonly #chats = new Map<ChatId, OpenChat>()
  readonly #mine = new Map<UserId, number>()
  /** By how much the own marks of an operator change the common sum of unread messages. */
  readonly #change = new Map<UserId, number>()
  /** By how much the own chats and marks of an operator change the sum over the chats without an operator. */
  readonly #ownChange = new Map<UserId, number>()
  #unassigned = 0
  #unread = 0
  #unassignedUnread = 0

  /** `chat`: null when the chat is not open. */
  set(chatId: ChatId, chat: OpenChat | null): void {
    const known = this.#chats.get(chatId)
    if (known !== undefined) this.#add(known, -1)
    if (chat === null) {
      this.#chats.delete(chatId)
      return
    }
    this.#chats.set(chatId, chat)
    this.#add(chat, 1)
  }

  sums(): OperatorSums {
    const common = {
      open: this.#chats.size,
      unassigned: this.#unassigned,
      unread: this.#unread,
      unassignedUnread: this.#unassignedUnread,
    }
    return {
      common,
      mine: new Map(this.#mine),
      unread: added(common.unread, this.#change),
      unreadOwn: added(common.unassignedUnread, this.#ownChange),
    }
  }

  #add({ operatorId, inCount, readCounts }: OpenChat, sign: 1 | -1): void {
    if (operatorId === null) this.#unassigned += sign
    else bump(this.#mine, operatorId, sign)
    const unreadAfter = (count: number) => Math.max(0, inCount - count)
    // For an operator without an own mark, the highest mark of all operators counts.
    const common = unreadAfter(Math.max(0, ...readCounts.map(([, count]) => count)))
    this.#unread += sign * common
    for (const [userId, count] of readCounts) bump(this.#change, userId, sign * (unreadAfter(count) - common))
    if (operatorId === null) {
      this.#unassignedUnread += sign * common
      for (const [userId, count] of readCounts) bump(this.#ownChange, userId, sign * (unreadAfter(count) - common))
    } else {
      const own = readCounts.find(([userId]) => userId === operatorId)
      bump(this.#ownChange, operatorId, sign * (own === undefined ? common : unreadAfter(own[1])))
    }
  }
}

function added(sum: number, changes: ReadonlyMap<UserId, number>): Map<UserId, number> {
  return new Map([...changes].map(([userId, change]) => [userId, sum + change]))
}

/** Removes sums that are zero, so that operators without chats use no memory. */
function bump(sums: Map<UserId, number>, userId: UserId, by: number): void {
  const sum = (sums.get(userId) ?? 0) + by
  if (sum === 0) sums.delete(userId)
  else sums.set(userId, sum)
}
