import type { Chat } from '@deskbell/contract/chats'

/** Most recent activity first, then the newer chat: the order of the server's lists. */
export function compareChats(left: Chat, right: Chat): number {
  const byActivity = Date.parse(activityOf(right)) - Date.parse(activityOf(left))
  return byActivity === 0 ? right.id - left.id : byActivity
}

/** A chat without messages stands where its beginning puts it. */
export function activityOf(chat: Chat): string {
  return chat.lastMessageAt ?? chat.createdAt
}
