import { type ChatId, chatIdSchema, messageIdSchema, userIdSchema } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'
import type { SentRow } from '@deskbell/db/queries/messages/sends'
import type { HashedItem, SendRequest, SendState } from './decide-sends.ts'

/** For tests of decisions about sends. */

export const sendTime = new Date('2030-01-01T00:00:00.000Z')
export const client = { userId: userIdSchema.parse(7), role: 'client' } as const
export const operator = { userId: userIdSchema.parse(8), role: 'operator' } as const

export function chatId(number = 1): ChatId {
  return chatIdSchema.parse(number)
}

/** A chat of `client`. */
export function sendChat(changes: Partial<LockedChat> = {}): LockedChat {
  return {
    id: chatId(),
    userId: client.userId,
    operatorId: null,
    status: 'open',
    lastSeq: 0,
    rev: 9,
    inCount: 0,
    outCount: 0,
    lastEntryAt: new Date(0),
    waitingSince: null,
    closedAt: null,
    wavedOffSeq: 0,
    ...changes,
  }
}

export function sendState(chats: readonly LockedChat[], sent: readonly SentRow[] = []): SendState {
  return { now: sendTime, sent: [...sent], chats: new Map(chats.map((chat) => [chat.id, chat])), files: [] }
}

export function command(clientMsgId: string, text = 'hello'): HashedItem {
  return { clientMsgId, text, uploadIds: [], bodyHash: `hash of ${text}` }
}

export function request(items: readonly HashedItem[], changes: Partial<SendRequest> = {}): SendRequest {
  return { chatId: chatId(), actor: client, items, ...changes }
}

/** A message that `client` sent before. */
export function sentRow(clientMsgId: string, changes: Partial<SentRow> = {}): SentRow {
  return {
    id: messageIdSchema.parse(50),
    chatId: chatId(),
    seq: 3,
    userId: client.userId,
    direction: 'in',
    type: 'text',
    text: 'hello',
    attachments: null,
    clientMsgId,
    createdAt: sendTime,
    bodyHash: 'hash of hello',
    client: 0,
    operator: 0,
    ...changes,
  }
}
