import type { Hint } from '@deskbell/bus/bus'
import { createInProcessBus } from '@deskbell/bus/in-process-bus'
import { expect, test } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { type BusWeather, lossyBus, randomFate } from './lossy-bus.ts'

const hints = Array.from({ length: 200 }, (_, nth): Hint => ({ t: 'session', sessionId: nth + 1 }))

/** Publishes 200 hints. Returns the ids that arrived, and the counted faults. */
function publishAll(weather: BusWeather) {
  let state = 7
  const random = () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
  const { fate, harm } = randomFate(() => weather, random)
  const bus = lossyBus(createInProcessBus(), fate)
  const arrived: number[] = []
  bus.subscribe((hint) => {
    if (hint.t === 'session') arrived.push(hint.sessionId)
  })
  for (const hint of hints) bus.publish(hint)
  return { arrived, harm }
}

test('[CHECK-4] with a drop rate of 1 the bus delivers nothing', () => {
  const { arrived, harm } = publishAll({ drop: 1, double: 0, reorder: 0 })
  expect(arrived).toEqual([])
  expect(harm).toEqual({ published: 200, dropped: 200, doubled: 0, reordered: 0 })
})

test('[CHECK-4] dropped and duplicated hints are counted exactly', () => {
  const { arrived, harm } = publishAll({ drop: 0.2, double: 0.1, reorder: 0 })
  expect(harm.dropped).toBeGreaterThan(20)
  expect(harm.doubled).toBeGreaterThan(5)
  expect(new Set(arrived).size).toBe(200 - harm.dropped)
  expect(arrived.length).toBe(200 - harm.dropped + harm.doubled)
})

test('[CHECK-4] reordered hints arrive after later ones, and are counted', async () => {
  const { arrived, harm } = publishAll({ drop: 0, double: 0, reorder: 0.3 })
  await waitFor(() => arrived.length === 200)
  expect(harm.reordered).toBeGreaterThan(30)
  expect(arrived).not.toEqual(arrived.toSorted((a, b) => a - b))
})
