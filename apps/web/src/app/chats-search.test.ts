import { expect, test } from 'vitest'
import { parseChatsSearch } from './chats-search.ts'

test('[WEB-2] the address may name a chat, a new one or the list, and nothing else', () => {
  expect(parseChatsSearch({ chat: 12, list: true, x: 1 })).toEqual({ chat: 12, list: true })
  expect(parseChatsSearch({ chat: 'new' })).toEqual({ chat: 'new' })
  for (const chat of [0, -1, 1.5, 'abc', null, [1]]) expect(parseChatsSearch({ chat })).toEqual({})
})
