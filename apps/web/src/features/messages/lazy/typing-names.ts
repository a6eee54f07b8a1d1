import type { Chat, Timeline } from '@deskbell/sdk'

export type TypingInput = {
  readonly timeline: Pick<Timeline, 'typing' | 'entries'>
  readonly chat: Pick<Chat, 'client' | 'operator'>
  readonly ownId: number
}

/** Returns the names of those who type; null for a user whose name the page does not know. */
export function typingNames({ timeline, chat, ownId }: TypingInput): (string | null)[] {
  const others = timeline.typing.filter(({ userId }) => userId !== ownId)
  return others.map(({ userId }) => nameInChat(userId, chat) ?? nameInLog(userId, timeline.entries))
}

function nameInChat(userId: number, { client, operator }: TypingInput['chat']): string | null {
  if (userId === client.id) return client.name
  return userId === operator?.id ? operator.name : null
}

function nameInLog(userId: number, entries: Timeline['entries']): string | null {
  return entries.findLast((entry) => entry.actor?.id === userId)?.actor?.name ?? null
}
