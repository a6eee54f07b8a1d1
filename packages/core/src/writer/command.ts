import type { Actor } from '@deskbell/contract/actor'
import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { changeBatchItems } from '@deskbell/contract/limits'
import type { Message } from '@deskbell/contract/messages'
import type { LockedChat } from '@deskbell/db/locks'
import type { Tx } from '@deskbell/db/transaction'
import type { SendRequest } from '../domain/decide-sends.ts'
import type { ChangedChat } from '../log/publish-chat.ts'

/** One call that changes a chat. It waits in a queue until a transaction takes it. */
export type Command = SendCommand | ChangeCommand

type Queued = {
  readonly chatId: ChatId
  readonly actor: Actor
  /** By `performance.now()`. A command that does not have its chat's lock by then is refused and never stored. */
  readonly deadline: number
  reject(error: unknown): void
}

/** Messages for one chat. Those of many commands are stored by the same statements. */
export type SendCommand = Queued &
  SendRequest & {
    readonly kind: 'send'
    resolve(answers: ItemAnswer[]): void
  }

export type ItemAnswer =
  | { message: Message; duplicate: boolean }
  | { refused: Extract<ErrorCode, 'chat_closed' | 'client_msg_id_reused' | 'not_found'> }

/** Any other change of one chat. It has statements of its own, in the transaction that it shares with others. */
export type ChangeCommand = Queued & {
  readonly kind: 'change'
  readonly change: Change<unknown>
  resolve(answer: unknown): void
}

/**
 * A change of a chat, in two steps: `read` sends the statements whose answers the decision needs, and its result
 * decides and sends the writes. The statements run in the order of sending, and the first one runs under the lock.
 * Neither step waits for the answers of its writes, because the commit is sent behind them.
 */
export type Change<Answer> = {
  /** Follows from what is already stored, so it is made although the session of its caller may have ended since. */
  readonly isConsequence?: boolean
  read(tx: Tx): Promise<DecideAndWrite<Answer>>
}

/** Throws `AppError` to refuse. `now` is the database's time, read under the lock. */
export type DecideAndWrite<Answer> = (tx: Tx, chat: LockedChat, now: Date) => Written<Answer>

export type Written<Answer> = {
  /** What is published after the commit; null when nothing was changed. */
  readonly published: { readonly chat: ChangedChat; readonly entries: LogEntry[] } | null
  /** Rejects when one of the statements failed. */
  readonly answer: Promise<Answer>
}

/** The number of messages in a command; every other change counts as one. */
export function itemsOf(command: Command): number {
  return command.kind === 'send' ? command.items.length : 1
}

/** The share of a transaction that a command takes, in messages. */
export function batchItemsOf(command: Command): number {
  return command.kind === 'send' ? command.items.length : changeBatchItems
}
