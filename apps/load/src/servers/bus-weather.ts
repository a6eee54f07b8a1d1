import type { Bus } from '@deskbell/bus/bus'
import { type BusHarm, type BusWeather, lossyBus, randomFate } from '@deskbell/testkit/faults/lossy-bus'

let weather: BusWeather = { drop: 0, double: 0, reorder: 0 }
const { fate, harm } = randomFate(() => weather, Math.random)

/** The patched composition root hands its bus through here. One process has one bus, so this is its place. */
export function harmBus(bus: Bus): Bus {
  return lossyBus(bus, fate)
}

export function setBusWeather(next: BusWeather): void {
  weather = next
}

/** What was really done to hints since this was asked last. */
export function takeBusHarm(): BusHarm {
  const taken = { ...harm }
  for (const name of ['published', 'dropped', 'doubled', 'reordered'] as const) harm[name] = 0
  return taken
}
