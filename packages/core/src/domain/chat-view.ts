import type { Chat } from '@deskbell/contract/chats'
import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { ChatRow } from '@deskbell/db/queries/chats/chat-rows'
import { avatarUrlOf } from './user-view.ts'

/** A chat as the asker sees it. The row has no e-mail address of the operator. Only operators get `waitingSince`. */
export function chatView(row: ChatRow, asker: Role): Chat {
  return {
    id: row.id,
    status: row.status,
    client: personView(row.client),
    operator: row.operator && personView(row.operator),
    lastMessageAt: row.lastMessage?.createdAt.toISOString() ?? null,
    lastMessage: row.lastMessage && lastMessageView(row.lastMessage),
    unread: unreadCount(row, asker),
    lastSeq: row.lastSeq,
    rev: row.rev,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
    ...(asker === 'operator' && { waitingSince: row.waitingSince?.toISOString() ?? null }),
  }
}

function personView<Person extends { id: UserId; avatarId: string | null }>({ avatarId, ...person }: Person) {
  return { ...person, avatarUrl: avatarUrlOf(person.id, avatarId) }
}

function lastMessageView({ id, type, text, direction, createdAt }: NonNullable<ChatRow['lastMessage']>) {
  return { id, text, direction, ...(type !== 'text' && { type }), createdAt: createdAt.toISOString() }
}

/**
 * Messages of the other side after the asker's mark; an operator without one uses the highest of all operators. Never
 * negative, because one such number would make the answer with the whole list invalid.
 */
export function unreadCount(
  row: Pick<ChatRow, 'inCount' | 'outCount' | 'ownReadCount' | 'operatorsReadCount'>,
  asker: Role,
): number {
  if (asker === 'client') return Math.max(0, row.outCount - (row.ownReadCount ?? 0))
  return Math.max(0, row.inCount - (row.ownReadCount ?? row.operatorsReadCount))
}
