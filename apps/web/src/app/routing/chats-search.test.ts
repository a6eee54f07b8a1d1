import { expect, test } from 'vitest'
import { formatChatsSearch, parseChatsSearch } from './route.ts'

test('[WEB-2] the address may name a chat, a new one or the list, and nothing else', () => {
  expect(parseChatsSearch('?chat=12&list=true&x=1')).toEqual({ chat: 12, list: true })
  expect(parseChatsSearch('?chat=new')).toEqual({ chat: 'new' })
  expect(parseChatsSearch('')).toEqual({})
  for (const chat of ['0', '-1', '1.5', 'abc', '', '1e3', '99999999999999999'])
    expect(parseChatsSearch(`?chat=${chat}&list=yes`)).toEqual({})
})

test.each([{}, { chat: 7 }, { chat: 'new' }, { list: true }, { chat: 7, list: true }] as const)(
  '[WEB-2] %j is the same after a reload',
  (search) => {
    expect(parseChatsSearch(formatChatsSearch(search))).toEqual(search)
  },
)
