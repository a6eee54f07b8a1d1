import type { Store } from '@deskbell/sdk'
import { useSyncExternalStore } from 'react'

/** The present value of an SDK store. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.getSnapshot)
}
