import type { Bus, Hint } from '@deskbell/bus/bus'

/** Decides about a hint: how many times it is delivered, and after how many milliseconds. */
export type Fate = (hint: Hint) => number | { copies: number; afterMs: number }

/** A bus that drops, duplicates and delays hints as `fate` decides. `fate` may be replaced at any time. */
export function lossyBus(inner: Bus, fate: Fate = () => 1): Bus & { fate: Fate } {
  const bus = {
    fate,
    publish(hint: Hint) {
      const decided = bus.fate(hint)
      const { copies, afterMs } = typeof decided === 'number' ? { copies: decided, afterMs: 0 } : decided
      const deliver = () => {
        for (let copy = 0; copy < copies; copy += 1) inner.publish(hint)
      }
      if (afterMs > 0) setTimeout(deliver, afterMs).unref()
      else deliver()
    },
    subscribe: (listener: (hint: Hint) => void) => inner.subscribe(listener),
    start: () => inner.start(),
    stop: () => inner.stop(),
  }
  return bus
}

/** Probabilities between 0 and 1. */
export type BusWeather = { drop: number; double: number; reorder: number }
export type BusHarm = { published: number; dropped: number; doubled: number; reordered: number }

const reorderMs = 80

/** Returns a `fate` that decides at random, and the number of faults that it has injected. */
export function randomFate(weather: () => BusWeather, random: () => number): { fate: Fate; harm: BusHarm } {
  const harm: BusHarm = { published: 0, dropped: 0, doubled: 0, reordered: 0 }
  const fate: Fate = () => {
    harm.published += 1
    const { drop, double, reorder } = weather()
    if (random() < drop) {
      harm.dropped += 1
      return 0
    }
    const copies = random() < double ? 2 : 1
    const afterMs = random() < reorder ? reorderMs * random() : 0
    if (copies > 1) harm.doubled += 1
    if (afterMs > 0) harm.reordered += 1
    return { copies, afterMs }
  }
  return { fate, harm }
}
