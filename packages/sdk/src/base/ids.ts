import type { ChatId, MessageId, UserId } from '@deskbell/contract/ids'

/** Converts a number, or digits such as those in an address, to a chat's id. Throws `RangeError` if it is not one. */
export function toChatId(value: number | string): ChatId {
  return toId(value) as ChatId
}

/** Converts to a user's id; see `toChatId`. */
export function toUserId(value: number | string): UserId {
  return toId(value) as UserId
}

/** Converts to a message's id; see `toChatId`. */
export function toMessageId(value: number | string): MessageId {
  return toId(value) as MessageId
}

/** Ids are integers from 1 to 2^53−1, written without leading zeros. */
function toId(value: number | string): number {
  const id = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) throw new RangeError(`${value} is no id.`)
  return id
}

/**
 * Returns a random id: a UUID, or 32 hex digits in a page without `randomUUID`, loaded neither over HTTPS nor from
 * localhost.
 */
export function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
