import type { Store } from '@deskbell/sdk'
import { useCallback, useSyncExternalStore } from 'react'

/** Returns the current value of a store. The component renders again after each change. */
export function useStore<T>(store: Store<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store])
  const read = () => store.getSnapshot()
  return useSyncExternalStore(subscribe, read, read)
}
