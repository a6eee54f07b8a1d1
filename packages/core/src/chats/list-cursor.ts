import { AppError } from '@deskbell/contract/errors'
import type { ChatsFilter, ListPosition } from '@deskbell/db/queries/chats/chat-lists'
import type { ChatRow } from '@deskbell/db/queries/chats/chat-rows'

/** Later years are written in another form, which the database would refuse. */
const latestMs = Date.UTC(9999, 11, 31)

type Sort = ChatsFilter['sort']

/** The position of a row in a list of this order. */
export function positionOf(row: Pick<ChatRow, 'id' | 'lastMessageAt' | 'waitingSince'>, sort: Sort): ListPosition {
  if (sort === 'waiting' && row.waitingSince !== null) return { by: 'waiting', at: row.waitingSince, id: row.id }
  return { by: 'activity', at: row.lastMessageAt, id: row.id }
}

/** A list by waiting has two kinds of positions: in waiting chats, and in the others. A list by activity has one. */
const marks = { waiting: { waiting: 'w', activity: 'r' }, activity: { waiting: '', activity: '' } } as const

/** Callers must not interpret the cursor, so that the order of lists can change. */
export function encodeListCursor({ by, at, id }: ListPosition, sort: Sort): string {
  return Buffer.from(`${marks[sort][by]}${at.getTime()}.${id}`).toString('base64url')
}

/** Throws `invalid_input` for text that is no cursor of this order. */
export function decodeListCursor(cursor: string, sort: Sort): ListPosition {
  const match = /^([wr]?)(\d{1,15})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())
  const [at, id] = [Number(match?.[2]), Number(match?.[3])]
  if (!Number.isSafeInteger(id) || !(at <= latestMs)) throw badCursor()
  const position: ListPosition = { by: match?.[1] === 'w' ? 'waiting' : 'activity', at: new Date(at), id }
  // A cursor of another order, or text that differs from what the server writes, is encoded differently.
  if (encodeListCursor(position, sort) !== cursor) throw badCursor()
  return position
}

function badCursor(): AppError {
  return new AppError('invalid_input', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] })
}
