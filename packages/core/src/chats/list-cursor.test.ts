import { AppError } from '@deskbell/contract/errors'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeListCursor, encodeListCursor } from './list-cursor.ts'

const places = [
  { sort: 'activity', by: 'activity' },
  { sort: 'waiting', by: 'waiting' },
  { sort: 'waiting', by: 'activity' },
] as const

describe('list cursor', () => {
  test('[CHAT-4] an encoded position is decoded unchanged', () => {
    const time = fc.date({ min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (at, id) => {
        for (const { sort, by } of places) {
          expect(decodeListCursor(encodeListCursor({ by, at, id }, sort), sort)).toEqual({ by, at, id })
        }
      }),
    )
  })

  test('[CHAT-4] [CHAT-18] a cursor of one order is invalid in the other', () => {
    const position = { at: new Date(1), id: 1 }
    for (const { sort, by } of places) {
      const cursor = encodeListCursor({ ...position, by }, sort)
      const other = sort === 'waiting' ? 'activity' : 'waiting'
      expect(() => decodeListCursor(cursor, other)).toThrow(AppError)
    }
  })

  test.each([
    'x',
    '1.1',
    encode('1.x'),
    encode('999999999999999.1'),
    encode('1.9999999999999999'),
    `${encode('1.1')}=`,
  ])('[CHAT-4] a cursor that the server did not make is invalid_input: %s', (cursor) => {
    for (const sort of ['activity', 'waiting'] as const) expect(() => decodeListCursor(cursor, sort)).toThrow(AppError)
  })
})

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}
