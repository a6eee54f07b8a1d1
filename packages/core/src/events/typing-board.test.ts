import { userIdSchema } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { TypingBoard } from './typing-board.ts'

const [ann, bob] = [userIdSchema.parse(1), userIdSchema.parse(2)]

test('[LIVE-13] merges by the latest end, and tells what changed after a version', () => {
  const board = new TypingBoard()
  expect(board.merge({ userId: ann, role: 'client', until: 4_000 }, 0)).toBe(true)
  expect(board.merge({ userId: ann, role: 'client', until: 4_000 }, 0)).toBe(false)
  expect(board.merge({ userId: ann, role: 'client', until: 3_000 }, 0)).toBe(false)
  expect(board.merge({ userId: bob, role: 'operator', until: 5_000 }, 0)).toBe(true)
  const { version } = board
  expect(board.merge({ userId: ann, role: 'client', until: 6_000 }, 0)).toBe(true)
  expect(board.since(version, 0)).toMatchObject([{ userId: ann, until: 6_000 }])
  expect(board.since(0, 5_500)).toMatchObject([{ userId: ann }])
})

test('[LIVE-13] nobody writes for longer than six seconds after the word of it, whatever the sender’s clock says', () => {
  const board = new TypingBoard()
  board.merge({ userId: ann, role: 'client', until: 1_000_000 }, 0)
  expect(board.since(0, typingShowMs - 1)).toHaveLength(1)
  expect(board.since(0, typingShowMs)).toEqual([])
  expect(board.merge({ userId: bob, role: 'client', until: 9 }, 10)).toBe(false)
})

test('[LIVE-13] who has sent is not told of to a newcomer', () => {
  const board = new TypingBoard()
  board.merge({ userId: ann, role: 'client', until: 4_000 }, 0)
  board.end(ann, 1)
  expect(board.since(0, 0)).toEqual([])
})

test('[LIVE-13] a word of typing from before the message, which comes after it, tells of nobody', () => {
  const board = new TypingBoard()
  board.end(ann, 1_000)
  expect(board.merge({ userId: ann, role: 'client', until: 1_000 + typingShowMs }, 1_005)).toBe(false)
  expect(board.since(0, 1_005)).toEqual([])
  // What is written next is.
  expect(board.merge({ userId: ann, role: 'client', until: 1_001 + typingShowMs }, 1_005)).toBe(true)
  // A clock of the database that is an hour ahead hides nobody for an hour.
  board.end(bob, 3_600_000)
  expect(board.merge({ userId: bob, role: 'operator', until: 1_005 + typingShowMs }, 1_005)).toBe(true)
})
