import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from 'react'

/** A row that is taken out with the focus in it leaves the focus to the thread: the keyboard goes on from there. */
export function useKeptFocus(box: RefObject<HTMLElement | null>, items: unknown) {
  const focused = useRef<Element | null>(null)
  useLayoutEffect(() => {
    if (focused.current === null || focused.current.isConnected) return
    focused.current = null
    if (document.activeElement === document.body) box.current?.focus({ preventScroll: true })
  }, [box, items])
  return {
    onFocus: (event: FocusEvent) => {
      focused.current = event.target
    },
    onBlur: () => {
      focused.current = null
    },
  }
}
