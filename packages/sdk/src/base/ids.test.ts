import { expect, test } from 'vitest'
import { toChatId, toMessageId, toUserId } from './ids.ts'

test.each([
  [7, 7],
  ['7', 7],
  [2 ** 53 - 1, 9_007_199_254_740_991],
  ['9007199254740991', 9_007_199_254_740_991],
])('[SDK-29] %j is an id', (value, id) => {
  for (const toId of [toChatId, toUserId, toMessageId]) expect(toId(value)).toBe(id)
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 53, '', '0', '07', '1e3', ' 7', '7.0', '9007199254740992', 'seven'])(
  '[SDK-29] %j is not an id and throws RangeError',
  (value) => {
    for (const toId of [toChatId, toUserId, toMessageId]) expect(() => toId(value)).toThrow(RangeError)
  },
)
