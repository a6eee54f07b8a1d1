import { AppError } from '@deskbell/contract/errors'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeListCursor, encodeListCursor } from './list-cursor.ts'

describe('list cursor', () => {
  test('[CHAT-4] a cursor comes back as the position it was made of', () => {
    const time = fc.date({ min: new Date(0), max: new Date('2999-01-01'), noInvalidDate: true })
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (lastMessageAt, id) => {
        expect(decodeListCursor(encodeListCursor({ lastMessageAt, id }))).toEqual({ lastMessageAt, id })
      }),
    )
  })

  test.each([
    'x',
    '1.1',
    encode('1.x'),
    encode('999999999999999.1'),
    encode('1.9999999999999999'),
    `${encode('1.1')}=`,
  ])('[CHAT-4] a made-up cursor is invalid_input: %s', (cursor) => {
    expect(() => decodeListCursor(cursor)).toThrow(AppError)
  })
})

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}
