import type { Chat } from '@deskbell/contract/chats'

/** Orders rows of an inbox as the server's lists by `sort=activity`: most recent first, then the newer chat. */
export function compareByActivity(left: Chat, right: Chat): number {
  return activityMs(right) - activityMs(left) || right.id - left.id
}

/** Orders rows of an operator's inbox as the server's lists by `sort=waiting`: who has waited longest, then the others by activity. */
export function compareByWaiting(left: Chat, right: Chat): number {
  const [leftMs, rightMs] = [waitingMs(left), waitingMs(right)]
  if (leftMs === null && rightMs === null) return compareByActivity(left, right)
  if (leftMs === null || rightMs === null) return leftMs === null ? 1 : -1
  return leftMs - rightMs || left.id - right.id
}

/** A chat without messages stands where its beginning puts it. */
function activityMs({ lastMessageAt, createdAt }: Chat): number {
  return Date.parse(lastMessageAt ?? createdAt)
}

function waitingMs({ waitingSince }: Chat): number | null {
  return typeof waitingSince === 'string' ? Date.parse(waitingSince) : null
}
