import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'

/** An own message as it is stored. */
export type NewRow = {
  readonly chatId: ChatId
  readonly clientMsgId: string
  readonly text: string
  readonly createdAt: string
  readonly uploadIds?: readonly string[] | undefined
  /** Start of its wait, which is limited to a day: milliseconds since 1970. */
  readonly waitsSince: number
}

export type OutboxRow = NewRow & {
  /** Its place, which rises with every row, across all programs that share the storage. */
  readonly order: number
  /** Why it was refused for good; null while it waits. */
  readonly code: ErrorCode | null
}

export type RowKey = Pick<OutboxRow, 'chatId' | 'clientMsgId'>
export type RowChange = Partial<Pick<OutboxRow, 'code' | 'waitsSince'>>

/**
 * Stores the queued messages of one account. Calls take effect in the order in which they are made. Once a call has
 * resolved, later calls of all programs see its effect. A call that fails rejects and changes nothing.
 */
export interface OutboxStorage {
  /** Returns the rows of a chat, or of all chats, ascending by `order`. */
  read(chatId?: ChatId): Promise<OutboxRow[]>
  /** Appends rows. One whose key is known stays as it is. */
  add(rows: readonly NewRow[]): Promise<void>
  /** Changes a row, in its place or moved to the end, atomically. A row that was removed stays removed. */
  change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void>
  remove(keys: readonly RowKey[]): Promise<void>
  close(): void
}

/**
 * Reports whether a stored value is a row. Another version of the program may have written it; what does not match is
 * left alone.
 */
export function isNewRow(value: unknown): value is NewRow {
  return (
    typeof value === 'object' &&
    value !== null &&
    hasText(value, 'clientMsgId') &&
    hasText(value, 'text') &&
    hasText(value, 'createdAt') &&
    hasNumber(value, 'chatId') &&
    hasNumber(value, 'waitsSince') &&
    hasTexts(value, 'uploadIds')
  )
}

/** Returns what is stored of a message, without its place and its outcome. */
export function toNewRow({ chatId, clientMsgId, text, createdAt, uploadIds, waitsSince }: NewRow): NewRow {
  return { chatId, clientMsgId, text, createdAt, uploadIds, waitsSince }
}

export function isOutboxRow(value: unknown): value is OutboxRow {
  return (
    isNewRow(value) && hasNumber(value, 'order') && 'code' in value && (value.code === null || hasText(value, 'code'))
  )
}

function hasText(value: object, key: string): boolean {
  return typeof Reflect.get(value, key) === 'string'
}

/** Rows without files have none. */
function hasTexts(value: object, key: string): boolean {
  const texts: unknown = Reflect.get(value, key) ?? []
  return Array.isArray(texts) && texts.every((each) => typeof each === 'string')
}

function hasNumber(value: object, key: string): boolean {
  return typeof Reflect.get(value, key) === 'number'
}
