import type { NewRow, OutboxRow } from './outbox-storage.ts'

/** What was kept comes from another run of the program, perhaps of another version: what does not fit is left alone. */
export function isNewRow(value: unknown): value is NewRow {
  return (
    typeof value === 'object' &&
    value !== null &&
    hasText(value, 'clientMsgId') &&
    hasText(value, 'text') &&
    hasText(value, 'createdAt') &&
    hasNumber(value, 'chatId') &&
    hasNumber(value, 'waitsSince')
  )
}

export function isOutboxRow(value: unknown): value is OutboxRow {
  return (
    isNewRow(value) && hasNumber(value, 'order') && 'code' in value && (value.code === null || hasText(value, 'code'))
  )
}

function hasText(value: object, key: string): boolean {
  return typeof Reflect.get(value, key) === 'string'
}

function hasNumber(value: object, key: string): boolean {
  return typeof Reflect.get(value, key) === 'number'
}
