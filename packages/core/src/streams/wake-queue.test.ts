import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WakeQueue } from './wake-queue.ts'

test('[LIVE-22] a stream that is woken several times in a turn runs once, after the turn', async () => {
  const wakes = new WakeQueue()
  const said: string[] = []
  const [a, b] = ['a', 'b'].map((name) => ({ flush: () => said.push(name) }))
  if (a === undefined || b === undefined) return expect.fail()
  for (const stream of [a, b, a, a]) wakes.add(stream)
  expect(said).toEqual([])
  await turn()
  expect(said).toEqual(['a', 'b'])
})

test('[LIVE-22] thousands of woken streams run over several turns, and each of them runs', async () => {
  const wakes = new WakeQueue()
  let said = 0
  for (let nth = 0; nth < 3_000; nth += 1) wakes.add({ flush: () => (said += 1) })
  await turn()
  const inFirstTurn = said
  expect(inFirstTurn).toBeGreaterThan(0)
  expect(inFirstTurn).toBeLessThan(3_000)
  for (let turns = 0; turns < 100 && said < 3_000; turns += 1) await turn()
  expect(said).toBe(3_000)
})

test('[LIVE-12] a stream that was removed from the queue does not run', async () => {
  const wakes = new WakeQueue()
  let said = 0
  const stream = { flush: () => (said += 1) }
  wakes.add(stream)
  wakes.forget(stream)
  await turn()
  expect(said).toBe(0)
})
