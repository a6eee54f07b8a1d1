import { type FocusEvent, type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from 'react'

/**
 * A list that moves under the pointer makes users open the wrong chat. While it is frozen, its rows keep their
 * positions. Changes are counted, and all applied when it is no longer frozen.
 */
export type FrozenOrder = {
  readonly shown: readonly number[]
  /** How many rows were added, removed or moved since. */
  readonly waiting: number
}

export function frozenOrder(shown: readonly number[], latest: readonly number[], frozen: boolean): FrozenOrder {
  // An empty list has no row that could move under the pointer.
  if (!frozen || shown.length === 0) return { shown: latest, waiting: 0 }
  const held = [...shown, ...rowsBelow(shown, latest)]
  return { shown: held, waiting: movedRows(held, latest) }
}

/** Returns new rows after the last known one, such as another page. They move no row, so they are shown at once. */
function rowsBelow(shown: readonly number[], latest: readonly number[]): readonly number[] {
  const known = new Set(shown)
  const last = latest.findLastIndex((id) => known.has(id))
  return last === -1 ? [] : latest.slice(last + 1)
}

/** Counts rows that were added, removed or moved: the fewest moves that explain the new order. */
function movedRows(before: readonly number[], after: readonly number[]): number {
  const places = new Map(before.map((id, place) => [id, place]))
  const kept = after.flatMap((id) => places.get(id) ?? [])
  const gone = before.length - kept.length
  return after.length - longestRising(kept) + gone
}

/** Returns the length of the longest increasing subsequence. */
function longestRising(places: readonly number[]): number {
  const ends: number[] = []
  for (const place of places) {
    ends[firstNotBelow(ends, place)] = place
  }
  return ends.length
}

/** Returns the index of the first number that is not below `wanted`; the length if there is none. */
function firstNotBelow(rising: readonly number[], wanted: number): number {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rising[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** After this long without a movement the user is not about to choose a row. */
const idleMs = 5_000

type Frozen = FrozenOrder & {
  readonly unfreeze: () => void
  readonly handlers: {
    readonly onPointerMove: (event: PointerEvent) => void
    readonly onPointerLeave: () => void
    readonly onKeyDown: (event: KeyboardEvent) => void
    readonly onFocus: (event: FocusEvent) => void
    readonly onBlur: () => void
  }
}

/** Freezes the order of a list while the pointer is over it or a row has the keyboard focus. */
export function useFrozenOrder(latest: readonly number[], listKey: string): Frozen {
  const [frozen, setFrozen] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const kept = useRef<{ listKey: string; shown: readonly number[] }>({ listKey, shown: latest })

  const unfreeze = useCallback(() => {
    clearTimeout(timer.current)
    setFrozen(false)
  }, [])
  const hold = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(unfreeze, idleMs)
    setFrozen(true)
  }, [unfreeze])
  useEffect(() => () => clearTimeout(timer.current), [])

  const order = frozenOrder(kept.current.listKey === listKey ? kept.current.shown : latest, latest, frozen)
  kept.current = { listKey, shown: order.shown }
  return {
    ...order,
    unfreeze,
    handlers: {
      // A finger has no position over the list before it touches it.
      onPointerMove: (event) => event.pointerType === 'mouse' && hold(),
      onPointerLeave: unfreeze,
      onKeyDown: hold,
      onFocus: (event) => event.target.matches(':focus-visible') && hold(),
      onBlur: unfreeze,
    },
  }
}
