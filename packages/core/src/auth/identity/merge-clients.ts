import type { UserId } from '@deskbell/contract/ids'
import { lockChats } from '@deskbell/db/locks'
import { findChatsOf, moveChats, touchChats } from '@deskbell/db/queries/chats/move-chats'
import { moveUploads } from '@deskbell/db/queries/files/uploads'
import type { Tx } from '@deskbell/db/transaction'
import { type ChangedChat, changedChatOf } from '../../log/publish-chat.ts'

/**
 * Moves the chats of clients to the client that they turned out to be, and shows all of them anew, with those that this
 * client had under its own id as `shownIds`. Needs the locks of these clients, so that no chat is opened for one
 * meanwhile. Returns what is to be published after the commit.
 *
 * A send that has the lock of its chat before is moved with it. One that gets the lock later finds its session ended.
 */
export async function mergeClients(
  tx: Tx,
  { fromIds, toId, shownIds }: { fromIds: readonly UserId[]; toId: UserId; shownIds: readonly UserId[] },
): Promise<ChangedChat[]> {
  const clientIds = [...fromIds, ...shownIds]
  if (clientIds.length === 0) return []
  const chatIds = await findChatsOf(tx, clientIds)
  const locked = await lockChats(tx, chatIds)
  for (const fromId of fromIds) {
    await moveChats(tx, { chatIds, fromId, toId })
    await moveUploads(tx, { fromId, toId })
  }
  await touchChats(tx, chatIds)
  return locked.map((chat) => changedChatOf({ ...chat, userId: toId }, { rev: chat.rev + 1, lastSeq: chat.lastSeq }))
}
