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
  const report = await raceOverCores([fresh.core, await fresh.another()], {
    rounds: 24,
    senders: 8,
    sendsEach: 4,
    roundsAtOnce: 8,
  })
  expect(report.violations).toContainEqual(expect.stringMatching(/stands after the close|of the log has seq/))
})

test('[MSG-13] [MSG-15] without the row lock, the checker finds violations in racing edits and closes', async () => {
  await using fresh = await freshCore({ poolMax: 40 })
  const cores = [fresh.core, await fresh.another()] as const
  // Whether two transactions meet is a matter of luck, so the race is repeated.
  const violations: string[] = []
  for (let race = 0; race < 5 && violations.length === 0; race += 1) {
    violations.push(...(await raceChanges(cores, { rounds: 12, roundsAtOnce: 6 })).violations)
  }
  expect(violations).not.toEqual([])
})
