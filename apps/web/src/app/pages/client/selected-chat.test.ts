import type { Chat } from '@deskbell/contract/chats'
import { expect, test } from 'vitest'
import { selectedChat } from './use-selection.ts'

const open = { id: 2, status: 'open' } as Chat
const older = { id: 1, status: 'closed' } as Chat
const newer = { id: 3, status: 'closed' } as Chat

test('[WEB-15] a client sees the open chat first, past ones on request, and a composer for a new one', () => {
  const chats = [newer, open, older]
  expect(selectedChat(chats, undefined)).toBe(open)
  expect(selectedChat(chats, 1)).toBe(older)
  expect(selectedChat(chats, 99)).toBe(open)
  expect(selectedChat(chats, 'new')).toBeUndefined()
  expect(selectedChat([newer, older], undefined)).toBe(newer)
  expect(selectedChat([], undefined)).toBeUndefined()
})
