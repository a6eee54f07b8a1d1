import { useEffect, useSyncExternalStore } from 'react'

/** The number of parts of the page that do not show yet everything that was missed without a connection. */
let behind = 0
const listeners = new Set<() => void>()

function change(by: 1 | -1): void {
  behind += by
  for (const listener of listeners) listener()
}

/** Marks this part of the page as behind, for as long as it is. */
export function useBehind(isBehind: boolean): void {
  useEffect(() => {
    if (!isBehind) return
    change(1)
    return () => change(-1)
  }, [isBehind])
}

/** Returns true if every part of the page shows everything. */
export function useNothingBehind(): boolean {
  return useSyncExternalStore(subscribe, () => behind === 0)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
