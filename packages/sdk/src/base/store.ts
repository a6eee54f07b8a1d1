/** An observable value; fits React's `useSyncExternalStore`. */
export interface Store<T> {
  /** Returns the current value: the same object until something changes, never changed in place. */
  getSnapshot(): T
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void
}

/** A store that its owner can set. If a listener throws, the others are still called. */
export type Writable<T> = Store<T> & { set(value: T): void }

export function createStore<T>(initial: T): Writable<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    getSnapshot: () => value,
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of [...listeners]) callListener(listener)
    },
  }
}

function callListener(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
