import type { Actor } from '@deskbell/contract/actor'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import type { LockedChat } from '@deskbell/db/locks'
import type { NewMessage, SentBefore, SentHead, SentRow } from '@deskbell/db/queries/sends'
import { maySeeChat } from '../chats/chat-policy.ts'
import { entryTime } from '../events/entry-time.ts'

export type HashedItem = { clientMsgId: string; text: string; bodyHash: string }

/** What somebody sends to one chat, in order. */
export type SendRequest = {
  chatId: ChatId
  actor: Pick<Actor, 'userId' | 'role'>
  items: readonly HashedItem[]
}

/** What stands under the locks: the chats, the time, and what the senders have sent before with these ids. */
export type SendState = SentBefore & { chats: ReadonlyMap<ChatId, LockedChat> }

/** `place` points into the rows to write. */
export type SendAnswer =
  | { outcome: 'stored'; place: number; duplicate: boolean }
  | { outcome: 'replay'; first: SentRow }
  | { outcome: 'refused'; code: Extract<ErrorCode, 'chat_closed' | 'client_msg_id_reused'> }

export type SendDecision = {
  /** For each request its answers, or null when the sender sees no such chat. */
  answers: (SendAnswer[] | null)[]
  rows: NewMessage[]
  heads: SentHead[]
}

/** What is known of an id: where it was sent, what, and how the same send is answered. */
type Known = { chatId: ChatId; bodyHash: string; answer: SendAnswer }

/** The decision as it grows. */
type Draft = { known: Map<string, Known>; rows: NewMessage[]; heads: Map<ChatId, SentHead> }

/**
 * Decides sends of many people to many chats as if they came one after the other. For each item in order:
 * a replay is answered before the chat's status is asked, so a retry is acknowledged also after the close.
 */
export function decideSends(state: SendState, requests: readonly SendRequest[]): SendDecision {
  const known = new Map(state.sent.map((first) => [keyOf(first.userId, first.clientMsgId), asKnown(first)]))
  const draft: Draft = { known, rows: [], heads: new Map() }
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
  const place = draft.rows.push(newMessage(draft, send, item)) - 1
  const again: SendAnswer = { outcome: 'stored', place, duplicate: true }
  draft.known.set(key, { chatId: send.chat.id, bodyHash: item.bodyHash, answer: again })
  return { outcome: 'stored', place, duplicate: false }
}

/** Takes the next place of the chat. */
function newMessage(draft: Draft, { chat, now, actor }: Send, item: HashedItem): NewMessage {
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
    text: item.text,
    clientMsgId: item.clientMsgId,
    bodyHash: item.bodyHash,
    createdAt: head.lastMessageAt,
  }
}

/** `rev` counts changes, so all that is written at once is one; `seq` counts entries. */
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

/** The id may be any text, so the number comes first. */
function keyOf(userId: number, clientMsgId: string | null): string {
  return `${userId}:${clientMsgId}`
}
