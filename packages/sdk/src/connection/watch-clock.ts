const lookMs = 5_000
/** A timer that is so much late means that the machine, or this program, stood still. */
const lateMs = 15_000

/** Calls `onGap` when this program has not run for a while. Returns how to stop. */
export function watchClock(onGap: () => void): () => void {
  let last = Date.now()
  const timer = setInterval(() => {
    const now = Date.now()
    if (now - last > lookMs + lateMs) onGap()
    last = now
  }, lookMs)
  // In Node it must not keep the program alive; in a page it is a number.
  if (typeof timer === 'object') timer.unref()
  return () => clearInterval(timer)
}
