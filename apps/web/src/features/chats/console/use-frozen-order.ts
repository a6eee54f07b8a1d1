import { type FocusEvent, type KeyboardEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from 'react'
import { type FrozenOrder, frozenOrder } from './frozen-order.ts'

/** Without a movement for this long, nobody is about to choose a row. */
const idleMs = 5_000

type Frozen = FrozenOrder & {
  readonly thaw: () => void
  readonly handlers: {
    readonly onPointerMove: (event: PointerEvent) => void
    readonly onPointerLeave: () => void
    readonly onKeyDown: (event: KeyboardEvent) => void
    readonly onFocus: (event: FocusEvent) => void
    readonly onBlur: () => void
  }
}

/** Keeps the order of a list while the pointer is over it or a row has the keyboard's focus. */
export function useFrozenOrder(latest: readonly number[], listKey: string): Frozen {
  const [frozen, setFrozen] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const kept = useRef<{ listKey: string; shown: readonly number[] }>({ listKey, shown: latest })

  const thaw = useCallback(() => {
    clearTimeout(timer.current)
    setFrozen(false)
  }, [])
  const hold = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(thaw, idleMs)
    setFrozen(true)
  }, [thaw])
  useEffect(() => () => clearTimeout(timer.current), [])

  const order = frozenOrder(kept.current.listKey === listKey ? kept.current.shown : latest, latest, frozen)
  kept.current = { listKey, shown: order.shown }
  return {
    ...order,
    thaw,
    handlers: {
      // A finger has no place over the list before it touches it.
      onPointerMove: (event) => event.pointerType === 'mouse' && hold(),
      onPointerLeave: thaw,
      onKeyDown: hold,
      onFocus: (event) => event.target.matches(':focus-visible') && hold(),
      onBlur: thaw,
    },
  }
}
