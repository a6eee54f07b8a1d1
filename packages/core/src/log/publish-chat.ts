import type { Bus } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'

/** What a hint says about a chat. The numbers are those after the commit. */
export type ChangedChat = {
  id: ChatId
  client: { id: UserId }
  operator: { id: UserId } | null
  rev: number
  lastSeq: number
}

/** The locked chat with new numbers. Client and operator are taken from it as they are. */
export function changedChatOf(
  chat: Pick<LockedChat, 'id' | 'userId' | 'operatorId'>,
  { rev, lastSeq }: Pick<ChangedChat, 'rev' | 'lastSeq'>,
): ChangedChat {
  const operator = chat.operatorId === null ? null : { id: chat.operatorId }
  return { id: chat.id, client: { id: chat.userId }, operator, rev, lastSeq }
}

/** Where the hint is published, and its epoch. */
type HintTarget = { readonly bus: Bus; epoch(): string }

/** Publishes that a chat changed. Call it only after the commit, because a change may still be rolled back before. */
export function publishChat({ bus, epoch }: HintTarget, chat: ChangedChat, entries: LogEntry[]): void {
  bus.publish({
    t: 'chat',
    epoch: epoch(),
    chatId: chat.id,
    clientId: chat.client.id,
    operatorId: chat.operator?.id ?? null,
    rev: chat.rev,
    seq: chat.lastSeq,
    entries,
  })
}
