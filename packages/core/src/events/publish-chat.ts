import type { Bus } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'

/** The head of a chat after a commit. */
export type ChangedChat = {
  id: ChatId
  client: { id: UserId }
  operator: { id: UserId } | null
  rev: number
  lastSeq: number
}

/** The locked chat after a change that leaves its people as they are. */
export function headOf(
  chat: Pick<LockedChat, 'id' | 'userId' | 'operatorId'>,
  { rev, lastSeq }: Pick<ChangedChat, 'rev' | 'lastSeq'>,
): ChangedChat {
  const operator = chat.operatorId === null ? null : { id: chat.operatorId }
  return { id: chat.id, client: { id: chat.userId }, operator, rev, lastSeq }
}

/** Where it is told, and by which history of the database. */
type Told = { readonly bus: Bus; epoch(): string }

/** Tells everybody that a chat has changed. Only after the commit: a hint must never run ahead of the truth. */
export function publishChat({ bus, epoch }: Told, chat: ChangedChat, entries: LogEntry[]): void {
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
