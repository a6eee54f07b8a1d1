import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'

/** An own message as it is kept. */
export type NewRow = {
  readonly chatId: ChatId
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  /** Its day of waiting counts from here: milliseconds since 1970. */
  readonly waitsSince: number
}

export type OutboxRow = NewRow & {
  /** Its place: it rises with every row, across all programs that share the storage. */
  readonly order: number
  /** Why it was refused for good; null as long as it waits. */
  readonly code: ErrorCode | null
}

export type RowKey = Pick<OutboxRow, 'chatId' | 'clientMsgId'>
export type RowChange = Partial<Pick<OutboxRow, 'code' | 'waitsSince'>>

/**
 * Keeps the waiting messages of one account. Calls take effect in the order in which they are made; what one has
 * answered, a later one of any program sees. A call that cannot be done rejects and changes nothing.
 */
export interface OutboxStorage {
  /** The rows of a chat, or of all chats, ascending by `order`. */
  read(chatId?: ChatId): Promise<OutboxRow[]>
  /** Puts rows behind all others. One whose key is known stays as it is. */
  add(rows: readonly NewRow[]): Promise<void>
  /** Changes a row, in its place or at the end in one step. A row that is gone stays gone. */
  change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void>
  remove(keys: readonly RowKey[]): Promise<void>
  close(): void
}
