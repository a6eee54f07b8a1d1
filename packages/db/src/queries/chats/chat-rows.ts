import type { ChatStatus } from '@deskbell/contract/chats'
import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'
import { lastMessageTextCharsMax } from '@deskbell/contract/limits'
import type { Direction, MessageType } from '@deskbell/contract/messages'
import { and, eq, gt, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { chatMarks, chats } from '../../schema/chats.ts'
import { messages } from '../../schema/messages.ts'
import { users } from '../../schema/users.ts'
import type { Executor } from '../../transaction.ts'
import { userLookup } from '../users/user-lookup.ts'
import { highestMark } from './marks.ts'

/** Everything that a list shows about a chat. */
export type ChatRow = {
  id: ChatId
  status: ChatStatus
  /** `verified`: the own site has signed who the client is. */
  client: { id: UserId; name: string; email: string | null; verified: boolean; avatarId: string | null }
  operator: { id: UserId; name: string; avatarId: string | null } | null
  /** The time of the last message, or of the creation when there is none. Lists are ordered by it. */
  lastMessageAt: Date
  lastMessage: { id: MessageId; type: MessageType; text: string; direction: Direction; createdAt: Date } | null
  createdAt: Date
  closedAt: Date | null
  waitingSince: Date | null
  lastSeq: number
  rev: number
  inCount: number
  outCount: number
  /** How many messages of the other direction the caller has read; null without a read mark. */
  ownReadCount: number | null
  /** The same for the operator who has read the most; 0 without a mark. */
  operatorsReadCount: number
}

/** Selects chats with their users, last message and read counts. The calling code adds `where` and the order. */
export function selectChatRows(executor: Executor, askerId: UserId | Placeholder | SQL) {
  const operator = userLookup(executor, chats.operatorId)
  return (
    executor
      .select({ ...chatRowFields, operator: { id: operator.id, name: operator.name, avatarId: operator.avatarId } })
      .from(chats)
      .innerJoin(client, eq(client.id, chats.userId))
      .leftJoinLateral(operator, sql`true`)
      .leftJoin(messages, eq(messages.id, chats.lastMessageId))
      // A user who has received messages and read none has a row with `readSeq` 0, which counts as no read mark.
      .leftJoin(ownMark, and(eq(ownMark.chatId, chats.id), eq(ownMark.userId, askerId), gt(ownMark.readSeq, 0)))
  )
}

const client = alias(users, 'client')
const ownMark = alias(chatMarks, 'own_mark')

const chatRowFields = {
  id: chats.id,
  status: chats.status,
  client: {
    id: client.id,
    name: client.name,
    email: client.email,
    verified: sql<boolean>`${client.subject} is not null`.as('client_verified'),
    avatarId: client.avatarId,
  },
  lastMessageAt: chats.lastMessageAt,
  lastMessage: {
    id: messages.id,
    type: messages.type,
    text: sql<string>`left(${messages.text}, ${sql.raw(String(lastMessageTextCharsMax))})`.as('last_text'),
    direction: messages.direction,
    createdAt: messages.createdAt,
  },
  createdAt: chats.createdAt,
  closedAt: chats.closedAt,
  waitingSince: chats.waitingSince,
  lastSeq: chats.lastSeq,
  rev: chats.rev,
  inCount: chats.inCount,
  outCount: chats.outCount,
  ownReadCount: ownMark.readCount,
  operatorsReadCount: highestMark(chats.id, 'operator', chatMarks.readCount).as('operators_read_count'),
}
