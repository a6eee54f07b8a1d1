import type { Bus, Hint } from '@deskbell/bus/bus'

/** What becomes of a hint: delivered so many times. */
export type Fate = (hint: Hint) => number

/** A bus that drops and doubles what it is told to. `fate` may be changed while it runs. */
export function lossyBus(inner: Bus, fate: Fate = () => 1): Bus & { fate: Fate } {
  const bus = {
    ...inner,
    fate,
    publish(hint: Hint) {
      for (let copy = 0; copy < bus.fate(hint); copy += 1) inner.publish(hint)
    },
    subscribe: (listener: (hint: Hint) => void) => inner.subscribe(listener),
    start: () => inner.start(),
    stop: () => inner.stop(),
  }
  return bus
}
