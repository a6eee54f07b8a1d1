import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'

/** A chat changed. Level-triggered: `seq` and `rev` are the chat's after the change. */
export type ChatHint = {
  t: 'chat'
  epoch: string
  chatId: ChatId
  clientId: UserId
  operatorId: UserId | null
  rev: number
  seq: number
  /** The new entries up to `seq`, contiguous. Empty when they would not fit: then they are read. */
  entries: LogEntry[]
}

/** Somebody came further in a chat. Level-triggered: merged by the greater number. */
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

/** Somebody writes in a chat. Nothing is stored: a lost one is not missed. */
export type TypingHint = {
  t: 'typing'
  epoch: string
  chatId: ChatId
  userId: UserId
  role: Role
  /** ISO 8601: after this the writing counts as over. */
  until: string
}

/** A session ended; its sockets must go. */
export type SessionHint = { t: 'session'; sessionId: number }

/** Something happened; the truth about it stands in the database. */
export type Hint = ChatHint | MarkHint | TypingHint | SessionHint

export type HintListener = (hint: Hint) => void

/**
 * Tells other processes that something happened.
 *
 * Delivery: at most once in calm weather, and any hint may be lost, doubled or delivered in another order.
 * Subscribers heal by reading the database, so a lost hint costs time and never a message.
 * Order: none is promised, not even for one chat.
 * Concurrency: any number of publishers and subscribers. Subscribers of the publishing process are called
 * before `publish` returns, so a listener must be short; one that throws is logged and harms nobody.
 */
export interface Bus {
  /** Never blocks, never throws. Call it after the commit. */
  publish(hint: Hint): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: HintListener): () => void
  /** Resolves after the first attempt to connect, whatever its outcome; broken connections come back by themselves. */
  start(): Promise<void>
  /** Sends what is waiting, for a bounded time, and ends the connections. */
  stop(): Promise<void>
}

/** Where a bus says what went wrong. */
export type BusLog = {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
