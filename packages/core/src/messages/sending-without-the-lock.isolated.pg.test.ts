import type { lockFreeChats } from '@deskbell/db/locks'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { raceOverCores } from '@deskbell/testkit/races/core-race'
import { raceChanges } from '@deskbell/testkit/races/race-changes'
import { expect, test, vi } from 'vitest'

/** The seeded bug: chats are read without a lock. */
vi.mock(import('@deskbell/db/locks'), async (original) => {
  const readManyWithoutLock: typeof lockFreeChats = (tx, chatIds) =>
    tx.query.chats.findMany({ where: (chat, { inArray }) => inArray(chat.id, [...chatIds]) })
  return {
    ...(await original()),
    lockFreeChats: readManyWithoutLock,
    lockChats: readManyWithoutLock,
  }
})

test('[MSG-3] [MSG-13] without the row lock, the checker finds violations when sends race with a close', async () => {
  await using fresh = await freshCore({ poolMax: 40 })
  const cores = [fresh.core, await fresh.another()] as const
  const options = { rounds: 24, senders: 8, sendsEach: 4, roundsAtOnce: 8 }
  const violations = await firstViolations(() => raceOverCores(cores, options))
  expect(violations).toContainEqual(expect.stringMatching(/stands after the close|of the log has seq/))
})

test('[MSG-13] [MSG-15] without the row lock, the checker finds violations in racing edits and closes', async () => {
  await using fresh = await freshCore({ poolMax: 40 })
  const cores = [fresh.core, await fresh.another()] as const
  expect(await firstViolations(() => raceChanges(cores, { rounds: 12, roundsAtOnce: 6 }))).not.toEqual([])
})

/** Whether two transactions meet is a matter of luck, so the race is repeated. */
async function firstViolations(race: () => Promise<{ violations: readonly string[] }>): Promise<readonly string[]> {
  for (let nth = 0; nth < 5; nth += 1) {
    const { violations } = await race()
    if (violations.length > 0) return violations
  }
  return []
}
