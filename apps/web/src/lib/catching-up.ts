import { useEffect, useSyncExternalStore } from 'react'

/** Parts of the page that do not show everything yet that was missed without a line. */
let behind = 0
const listeners = new Set<() => void>()

function change(by: 1 | -1): void {
  behind += by
  for (const listener of listeners) listener()
}

/** Tells the page that this part is behind, for as long as it is. */
export function useBehind(isBehind: boolean): void {
  useEffect(() => {
    if (!isBehind) return
    change(1)
    return () => change(-1)
  }, [isBehind])
}

/** Every part of the page shows everything. */
export function useNothingBehind(): boolean {
  return useSyncExternalStore(subscribe, () => behind === 0)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
