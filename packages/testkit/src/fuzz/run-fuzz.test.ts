import { expect, it } from 'vitest'
import { assertNothingInternal } from './run-fuzz.ts'

it.each([
  [{ detail: 'TypeError: x is not a function\n    at read (file:///srv/read.js:3:4)' }],
  [{ issues: [{ path: 'text', message: 'relation "chats" does not exist' }] }],
  [{ error: { name: { cause: 'ECONNREFUSED' } } }],
  ['select id from chats where id = 1'],
])('[SEC-4] an internal text is found: %j', (answer) => {
  expect(() => assertNothingInternal(answer)).toThrow('an internal text')
})

it('[SEC-4] what was sent and is repeated is not taken for an internal text', () => {
  expect(() =>
    assertNothingInternal({ client: { name: 'pg', email: 'a.js@example.org' }, text: 'drizzle' }),
  ).not.toThrow()
})
