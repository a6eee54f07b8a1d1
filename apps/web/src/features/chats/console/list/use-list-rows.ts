import { defaultRangeExtractor, type Range, useVirtualizer, type VirtualItem } from '@tanstack/react-virtual'
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { isShortcut, placeByTyping, readShortcuts, type Typed, typedNext } from '../keys.ts'

type ListRowsInput = {
  readonly boxRef: RefObject<HTMLDivElement | null>
  readonly ids: readonly number[]
  readonly selectedId: number | undefined
  readonly nameOf: (id: number) => string
}

export type ListRows = {
  /** The rows in the document, from first to last. */
  readonly items: readonly VirtualItem[]
  readonly heightPx: number
  readonly measure: (row: Element | null) => void
  /** Moves the focus to the next or previous row; to the selected or first one if no row has it. */
  readonly moveFocus: (step: 1 | -1) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
  readonly onBlur: () => void
}

const overscan = 6
/** The height of a row without longer texts, in rem. */
const rowRem = 4

/**
 * Only rows near the viewport are in the document, and the one with the focus, so that the keyboard continues from it
 * wherever it was scrolled to. If the focused row is removed, the row that takes its position gets the focus.
 */
export function useListRows({ boxRef, ids, selectedId, nameOf }: ListRowsInput): ListRows {
  const [focusedId, setFocusedId] = useState<number | null>(null)
  const [rowPx] = useState(() => rowRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize))
  const wantedId = useRef<number | null>(null)
  const lastPlace = useRef(0)
  const typed = useRef<Typed>({ text: '', at: 0 })
  const pinned = focusedId === null ? -1 : ids.indexOf(focusedId)
  const virtualizer = useVirtualizer({
    count: ids.length,
    getScrollElement: () => boxRef.current,
    estimateSize: useCallback(() => rowPx, [rowPx]),
    getItemKey: useCallback((place: number) => ids[place] ?? place, [ids]),
    rangeExtractor: useCallback((range: Range) => withPlace(defaultRangeExtractor(range), pinned), [pinned]),
    overscan,
    // Before the first measurement: rows for a whole window, so that the first frame contains them.
    initialRect: { width: 0, height: innerHeight },
    useFlushSync: false,
  })

  const focusWanted = useCallback(() => {
    const row = boxRef.current?.querySelector<HTMLElement>(`[data-chat-id="${wantedId.current}"]`)
    if (wantedId.current === null || row === null || row === undefined) return
    wantedId.current = null
    row.focus({ preventScroll: true })
  }, [boxRef])
  const focusPlace = (place: number) => {
    const found = Math.min(Math.max(place, 0), ids.length - 1)
    const id = ids[found]
    if (id === undefined) {
      boxRef.current?.focus()
      return
    }
    virtualizer.scrollToIndex(found, { align: 'auto' })
    wantedId.current = id
    setFocusedId(id)
    focusWanted()
  }
  const present = () => (focusedId === null ? -1 : ids.indexOf(focusedId))
  const moveFocus = (step: 1 | -1) => {
    const place = present()
    focusPlace(place === -1 ? ids.indexOf(selectedId ?? 0) : place + step)
  }

  useLayoutEffect(() => {
    focusWanted()
    if (focusedId === null) return
    const place = ids.indexOf(focusedId)
    if (place !== -1) {
      lastPlace.current = place
      return
    }
    setFocusedId(null)
    if (document.activeElement === document.body) focusPlace(lastPlace.current)
  })

  const onKeyDown = (event: KeyboardEvent) => {
    const place = stepOf(event.key, { place: present(), last: ids.length - 1 })
    if (place !== null) {
      event.preventDefault()
      focusPlace(place)
      return
    }
    const next = typedNext(typed.current, event.nativeEvent)
    if (next === null || present() === -1) return
    if (next.text.length === 1 && readShortcuts() && isShortcut(event)) return
    typed.current = next
    event.preventDefault()
    const found = placeByTyping(ids.map(nameOf), { text: next.text, from: present() })
    if (found !== -1) focusPlace(found)
  }
  return {
    items: virtualizer.getVirtualItems(),
    heightPx: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    moveFocus,
    onKeyDown,
    onFocus: (event) => {
      const row = event.target.closest<HTMLElement>('[data-chat-id]')
      if (row !== null) setFocusedId(Number(row.dataset['chatId']))
    },
    // Another window in front does not take the focus from the row.
    onBlur: () => document.hasFocus() && setFocusedId(null),
  }
}

function stepOf(key: string, { place, last }: { place: number; last: number }): number | null {
  switch (key) {
    case 'ArrowDown':
      return place + 1
    case 'ArrowUp':
      return place - 1
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}

function withPlace(places: number[], place: number): number[] {
  if (place === -1 || places.includes(place)) return places
  return [...places, place].sort((a, b) => a - b)
}
