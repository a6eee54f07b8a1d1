import { userIdSchema } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { TypingState } from './typing-state.ts'

const [ann, bob] = [userIdSchema.parse(1), userIdSchema.parse(2)]

test('[LIVE-13] keeps the latest end of each user, and returns what changed after a version', () => {
  const typing = new TypingState()
  expect(typing.merge({ userId: ann, role: 'client', until: 4_000 }, 0)).toBe(true)
  expect(typing.merge({ userId: ann, role: 'client', until: 4_000 }, 0)).toBe(false)
  expect(typing.merge({ userId: ann, role: 'client', until: 3_000 }, 0)).toBe(false)
  expect(typing.merge({ userId: bob, role: 'operator', until: 5_000 }, 0)).toBe(true)
  const { version } = typing
  expect(typing.merge({ userId: ann, role: 'client', until: 6_000 }, 0)).toBe(true)
  expect(typing.since(version, 0)).toMatchObject([{ userId: ann, until: 6_000 }])
  expect(typing.since(0, 5_500)).toMatchObject([{ userId: ann }])
})

test('[LIVE-13] typing ends six seconds after its hint, even if the sender’s clock is ahead', () => {
  const typing = new TypingState()
  typing.merge({ userId: ann, role: 'client', until: 1_000_000 }, 0)
  expect(typing.since(0, typingShowMs - 1)).toHaveLength(1)
  expect(typing.since(0, typingShowMs)).toEqual([])
  expect(typing.merge({ userId: bob, role: 'client', until: 9 }, 10)).toBe(false)
})

test('[LIVE-13] typing of a user who has sent the message is not returned', () => {
  const typing = new TypingState()
  typing.merge({ userId: ann, role: 'client', until: 4_000 }, 0)
  typing.end(ann, 1)
  expect(typing.since(0, 0)).toEqual([])
})

test('[LIVE-13] a typing hint from before the message is ignored when it arrives after it', () => {
  const typing = new TypingState()
  typing.end(ann, 1_000)
  expect(typing.merge({ userId: ann, role: 'client', until: 1_000 + typingShowMs }, 1_005)).toBe(false)
  expect(typing.since(0, 1_005)).toEqual([])
  // Typing after the message counts.
  expect(typing.merge({ userId: ann, role: 'client', until: 1_001 + typingShowMs }, 1_005)).toBe(true)
  // If the database's clock is an hour ahead, typing still counts.
  typing.end(bob, 3_600_000)
  expect(typing.merge({ userId: bob, role: 'operator', until: 1_005 + typingShowMs }, 1_005)).toBe(true)
})
