import { AppError } from '@deskbell/contract/errors'
import type { ChatsFilter, ListPosition } from '@deskbell/db/queries/chat-lists'
import type { ChatRow } from '@deskbell/db/queries/chat-rows'

/** Later years have another form, which the database would refuse. */
const latestMs = Date.UTC(9999, 11, 31)

type Sort = ChatsFilter['sort']

/** Where a row stands in a list of this order. */
export function positionOf(row: Pick<ChatRow, 'id' | 'lastMessageAt' | 'waitingSince'>, sort: Sort): ListPosition {
  if (sort === 'waiting' && row.waitingSince !== null) return { by: 'waiting', at: row.waitingSince, id: row.id }
  return { by: 'activity', at: row.lastMessageAt, id: row.id }
}

/** In a list by waiting: a place among those who wait, or among the others. A list by activity has one kind of place. */
const marks = { waiting: { waiting: 'w', activity: 'r' }, activity: { waiting: '', activity: '' } } as const

/** Opaque to the outside, so that the order of lists may change one day. */
export function encodeListCursor({ by, at, id }: ListPosition, sort: Sort): string {
  return Buffer.from(`${marks[sort][by]}${at.getTime()}.${id}`).toString('base64url')
}

/** A cursor belongs to the order in which it was given. */
export function decodeListCursor(cursor: string, sort: Sort): ListPosition {
  const match = /^([wr]?)(\d{1,15})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString())
  const [at, id] = [Number(match?.[2]), Number(match?.[3])]
  if (!Number.isSafeInteger(id) || !(at <= latestMs)) throw badCursor()
  const position: ListPosition = { by: match?.[1] === 'w' ? 'waiting' : 'activity', at: new Date(at), id }
  // Only what this server wrote for this order comes out as it went in.
  if (encodeListCursor(position, sort) !== cursor) throw badCursor()
  return position
}

function badCursor(): AppError {
  return new AppError('invalid_input', { issues: [{ path: 'cursor', message: 'is not a cursor of this list' }] })
}
