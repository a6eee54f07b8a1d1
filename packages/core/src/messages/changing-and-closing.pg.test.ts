import { freshCore } from '@deskbell/testkit/fresh-core'
import { countOrphans } from '@deskbell/testkit/history/read-stored-log'
import { raceChanges } from '@deskbell/testkit/races/race-changes'
import { expect, test } from 'vitest'

test('[MSG-13] [MSG-7] [MSG-15] [CHAT-15] racing edits, sends, closes and reopens keep logs valid', async () => {
  await using fresh = await freshCore({ poolMax: 40 })
  const { violations, outcomes } = await raceChanges([fresh.core, await fresh.another(), await fresh.another()], {
    rounds: 60,
    roundsAtOnce: 3,
  })
  expect(violations).toEqual([])
  const endings = [...outcomes.keys()]
  const calm = /ok$|(edit|retract|send) chat_closed|edit not_editable|close newer_messages/
  expect(endings.filter((ending) => !calm.test(ending))).toEqual([])
  // The calls really raced: each side won sometimes.
  expect(endings).toEqual(
    expect.arrayContaining(['edit ok', 'edit chat_closed', 'edit not_editable', 'retract ok', 'send chat_closed']),
  )
  expect(Object.values(await countOrphans(fresh.db)).every((count) => count === 0)).toBe(true)
}, 120_000)
