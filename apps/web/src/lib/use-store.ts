import type { Store } from '@deskbell/sdk'
import { useCallback, useSyncExternalStore } from 'react'

/** The present value of an SDK store. */
export function useStore<T>(store: Store<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store])
  const read = () => store.getSnapshot()
  return useSyncExternalStore(subscribe, read, read)
}
