import { AppError } from '@deskbell/contract/errors'

/** The place of a chat in a list. */
export type ListPosition = { lastMessageAt: Date; id: number }

/** Later years have another form, which the database would refuse. */
const latestMs = Date.UTC(9999, 11, 31)

/** Opaque to the outside, so that the order of lists may change one day. */
export function encodeListCursor(position: ListPosition): string {
  return Buffer.from(`${position.lastMessageAt.getTime()}.${position.id}`).toString('base64url')
}

export function decodeListCursor(cursor: string): ListPosition {
  const match = /^(\d{1,15})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())
  const [at, id] = [Number(match?.[1]), Number(match?.[2])]
  if (!Number.isSafeInteger(id) || !(at <= latestMs)) throw badCursor()
  const position = { lastMessageAt: new Date(at), id }
  // Only what this server wrote comes out as it went in.
  if (encodeListCursor(position) !== cursor) throw badCursor()
  return position
}

function badCursor(): AppError {
  return new AppError('invalid_input', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] })
}
