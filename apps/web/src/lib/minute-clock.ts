import { useStore } from './use-store.ts'

const minuteMs = 60_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let nowMs = Date.now()

/** The time, which renders the component again each minute. One timer for all, and none while nobody asks. */
export function useMinute(): number {
  return useStore(minutes)
}

function tick(): void {
  nowMs = Date.now()
  for (const listener of [...listeners]) listener()
}

const minutes = {
  getSnapshot(): number {
    // Also after a sleep, in which no timer ran.
    if (Math.abs(Date.now() - nowMs) >= minuteMs) nowMs = Date.now()
    return nowMs
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    timer ??= setInterval(tick, minuteMs / 4)
    return () => {
      listeners.delete(listener)
      if (listeners.size > 0) return
      clearInterval(timer)
      timer = undefined
    }
  },
}
