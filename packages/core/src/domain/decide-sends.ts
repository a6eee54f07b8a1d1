import type { Actor } from '@deskbell/contract/actor'
import type { Attachment } from '@deskbell/contract/attachments'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'
import type { FileRow } from '@deskbell/db/queries/files/attachments'
import type { NewMessage, SentBefore, SentHead, SentRow } from '@deskbell/db/queries/messages/sends'
import { attachmentView, messageTypeOf } from './attachment-view.ts'
import { maySeeChat } from './chat-policy.ts'
import { entryTime } from './entry-time.ts'

export type HashedItem = { clientMsgId: string; text: string; uploadIds: readonly string[]; bodyHash: string }

/** The messages that a user sends to one chat, in order. */
export type SendRequest = {
  chatId: ChatId
  actor: Pick<Actor, 'userId' | 'role'>
  items: readonly HashedItem[]
}

/**
 * What was read under the locks: the chats, the time, earlier messages of the senders with the same ids, and those of the
 * named files that a message may take.
 */
export type SendState = SentBefore & { chats: ReadonlyMap<ChatId, LockedChat>; files: readonly FileRow[] }

/** `place`: the index in the rows to write. */
export type SendAnswer =
  | { outcome: 'stored'; place: number; duplicate: boolean }
  | { outcome: 'replay'; first: SentRow }
  | { outcome: 'refused'; code: Extract<ErrorCode, 'chat_closed' | 'client_msg_id_reused' | 'not_found'> }

export type SendDecision = {
  /** The answers of each request; null when the chat does not exist or the sender may not see it. */
  answers: (SendAnswer[] | null)[]
  rows: NewMessage[]
  heads: SentHead[]
}

/** A message with a `clientMsgId` that was used before: its chat, its content, and the answer to the same send. */
type Known = { chatId: ChatId; bodyHash: string; answer: SendAnswer }

/** The decision so far. */
type Draft = {
  known: Map<string, Known>
  rows: NewMessage[]
  heads: Map<ChatId, SentHead>
  /** Files that no message has taken yet. */
  free: Map<string, FileRow>
}

/**
 * Decides sends of many users to many chats as if they came one after the other. A replay is recognized before the
 * status of the chat is checked, so a retry is acknowledged even after the close.
 */
export function decideSends(state: SendState, requests: readonly SendRequest[]): SendDecision {
  const known = new Map(state.sent.map((first) => [keyOf(first.userId, first.clientMsgId), asKnown(first)]))
  const free = new Map(state.files.map((file) => [file.id, file]))
  const draft: Draft = { known, rows: [], heads: new Map(), free }
  const answers = requests.map((request) => decideRequest(state, draft, request))
  return { answers, rows: draft.rows, heads: [...draft.heads.values()] }
}

function decideRequest(state: SendState, draft: Draft, request: SendRequest): SendAnswer[] | null {
  const chat = state.chats.get(request.chatId)
  if (chat === undefined || !maySeeChat(request.actor, chat)) return null
  const send: Send = { chat, now: state.now, actor: request.actor }
  return request.items.map((item) => decideSend(draft, send, item))
}

type Send = { chat: LockedChat; now: Date; actor: SendRequest['actor'] }

function decideSend(draft: Draft, send: Send, item: HashedItem): SendAnswer {
  const key = keyOf(send.actor.userId, item.clientMsgId)
  const first = draft.known.get(key)
  if (first !== undefined) {
    const same = first.chatId === send.chat.id && first.bodyHash === item.bodyHash
    return same ? first.answer : { outcome: 'refused', code: 'client_msg_id_reused' }
  }
  if (send.chat.status === 'closed') return { outcome: 'refused', code: 'chat_closed' }
  const attachments = takeFiles(draft, send, item.uploadIds)
  if (attachments === null) return { outcome: 'refused', code: 'not_found' }
  const place = draft.rows.push({ ...newMessage(draft, send, item), ...contentOf(item, attachments) }) - 1
  const again: SendAnswer = { outcome: 'stored', place, duplicate: true }
  draft.known.set(key, { chatId: send.chat.id, bodyHash: item.bodyHash, answer: again })
  return { outcome: 'stored', place, duplicate: false }
}

/** Returns null, and takes none, unless each is a free file of the sender in this chat. */
function takeFiles(draft: Draft, { chat, actor }: Send, ids: readonly string[]): Attachment[] | null {
  const taken = ids.map((id) => draft.free.get(id))
  const own = taken.filter((file) => file?.chatId === chat.id && file.userId === actor.userId)
  if (own.length < ids.length) return null
  for (const id of ids) draft.free.delete(id)
  return own.flatMap((file) => (file === undefined ? [] : [attachmentView(file)]))
}

function contentOf({ text }: HashedItem, attachments: Attachment[]): Pick<NewMessage, 'type' | 'text' | 'attachments'> {
  return { type: messageTypeOf(attachments), text, attachments: attachments.length === 0 ? null : attachments }
}

/** Gives the next message its place in the chat, and updates the head of the chat. */
function newMessage(
  draft: Draft,
  { chat, now, actor }: Send,
  { clientMsgId, bodyHash }: HashedItem,
): Omit<NewMessage, 'type' | 'text' | 'attachments'> {
  const head = draft.heads.get(chat.id) ?? headBefore(chat, now)
  const fromClient = actor.role === 'client'
  head.lastSeq += 1
  if (fromClient) {
    head.inCount += 1
    head.waitingSince ??= head.lastMessageAt
  } else {
    head.outCount += 1
    head.waitingSince = null
  }
  head.newest = draft.rows.length
  draft.heads.set(chat.id, head)
  return {
    chatId: chat.id,
    seq: head.lastSeq,
    userId: actor.userId,
    direction: fromClient ? 'in' : 'out',
    directionNo: fromClient ? head.inCount : head.outCount,
    clientMsgId,
    bodyHash,
    createdAt: head.lastMessageAt,
  }
}

/** `rev` counts changes, and all messages of one transaction are one change. `seq` counts entries. */
function headBefore(chat: LockedChat, now: Date): SentHead {
  return {
    chatId: chat.id,
    lastSeq: chat.lastSeq,
    rev: chat.rev + 1,
    inCount: chat.inCount,
    outCount: chat.outCount,
    lastMessageAt: entryTime(now, chat.lastEntryAt),
    waitingSince: chat.waitingSince,
    newest: -1,
  }
}

function asKnown(first: SentRow): Known {
  return { chatId: first.chatId, bodyHash: first.bodyHash, answer: { outcome: 'replay', first } }
}

/** The number comes first, because the id may be any text: so different pairs never have the same key. */
function keyOf(userId: number, clientMsgId: string | null): string {
  return `${userId}:${clientMsgId}`
}
