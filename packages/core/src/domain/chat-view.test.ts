import { expect, test } from 'vitest'
import { unreadCount } from './chat-view.ts'

test('[CHAT-11] a read count above the number of messages leaves nothing unread, and no negative number', () => {
  const row = { inCount: 3, outCount: 2, ownReadCount: 5, operatorsReadCount: 0 }
  expect(unreadCount(row, 'client')).toBe(0)
  expect(unreadCount(row, 'operator')).toBe(0)
  expect(unreadCount({ ...row, ownReadCount: null, operatorsReadCount: 4 }, 'operator')).toBe(0)
  expect(unreadCount({ ...row, ownReadCount: 1 }, 'operator')).toBe(2)
})
