import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'

/** A chat changed. Level-triggered: `seq` and `rev` are those of the chat after the change. */
export type ChatHint = {
  t: 'chat'
  epoch: string
  chatId: ChatId
  clientId: UserId
  operatorId: UserId | null
  rev: number
  seq: number
  /** The new entries up to `seq`, without gaps. Empty when they would not fit; subscribers then read them. */
  entries: LogEntry[]
}

/** A mark of a user rose. Level-triggered: subscribers keep the greater value of each mark. */
export type MarkHint = {
  t: 'mark'
  epoch: string
  chatId: ChatId
  clientId: UserId
  userId: UserId
  role: Role
  deliveredSeq: number
  readSeq: number
}

/** A user is typing in a chat. Nothing is stored, and subscribers do not look for lost ones. */
export type TypingHint = {
  t: 'typing'
  epoch: string
  chatId: ChatId
  userId: UserId
  role: Role
  /** ISO 8601. After this time the user no longer counts as typing. */
  until: string
}

/** A session ended, so its sockets and streams must be closed. */
export type SessionHint = { t: 'session'; sessionId: number }

/** A notification that something changed. What is stored about it is in the database. */
export type Hint = ChatHint | MarkHint | TypingHint | SessionHint

export type HintListener = (hint: Hint) => void

/**
 * Notifies all processes that something changed.
 *
 * Delivery: usually once, but any hint may be lost or duplicated. Subscribers read the database regularly, so a lost
 * hint delays a change and never loses a message. Order: not guaranteed, not even for one chat. Concurrency: any number
 * of publishers and subscribers. Subscribers of the publishing process are called before `publish` returns, so a
 * listener must be fast. The error of a listener is logged and affects no other listener.
 */
export interface Bus {
  /** Never blocks, never throws. Call it after the commit. */
  publish(hint: Hint): void
  /** Returns a function that ends the subscription. */
  subscribe(listener: HintListener): () => void
  /** Resolves after the first attempt to connect, successful or not. Broken connections are reopened automatically. */
  start(): Promise<void>
  /** Sends the waiting hints, for a limited time, and closes the connections. */
  stop(): Promise<void>
}

/** The log of a bus. It has the signatures of pino. */
export type BusLogger = {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
