import { freshCore } from '@deskbell/testkit/fresh-core'
import { countOrphans } from '@deskbell/testkit/history/read-stored-log'
import { raceOverCores } from '@deskbell/testkit/races/core-race'
import { expect, test } from 'vitest'

test('[MSG-2] [MSG-3] [MSG-7] [MSG-13] sends that race with a close in three processes keep logs valid', async () => {
  await using fresh = await freshCore({ poolMax: 40 })
  const cores = [fresh.core, await fresh.another(), await fresh.another()] as const
  const report = await raceOverCores(cores, { rounds: 200, senders: 8, sendsEach: 4, roundsAtOnce: 5 })
  expect(report.violations).toEqual([])
  expect(report.failed).toBe(0)
  // The calls really raced: many sends were stored, and many were refused.
  expect(report.acknowledged).toBeGreaterThan(1_000)
  expect(report.refused).toBeGreaterThan(200)
  expect(await countOrphans(fresh.db)).toEqual({ messages: 0, authors: 0, events: 0, marks: 0, feed: 0 })
}, 120_000)
