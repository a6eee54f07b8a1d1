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
import { readShortcuts } from '../../../lib/shortcuts.ts'
import { isShortcut } from './latin-key.ts'
import { placeByTyping, type Typed, typedNext } from './typeahead.ts'

type ListRowsInput = {
  readonly boxRef: RefObject<HTMLDivElement | null>
  readonly ids: readonly number[]
  readonly selectedId: number | undefined
  readonly nameOf: (id: number) => string
}

export type ListRows = {
  /** The rows that stand in the document, from the first to the last. */
  readonly items: readonly VirtualItem[]
  readonly heightPx: number
  readonly measure: (row: Element | null) => void
  /** To the next or the previous row; to the selected or the first one when none has the focus. */
  readonly moveFocus: (step: 1 | -1) => void
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly onFocus: (event: FocusEvent) => void
  readonly onBlur: () => void
}

const overscan = 6
/** As high as a row is without longer texts, in units of the root's font. */
const rowRem = 4

/**
 * Only the rows near the view stand in the document, and the one that has the focus, so that the keyboard goes on from
 * it wherever it was scrolled to. A row that goes with the focus in it leaves the focus to the one that takes its place.
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
    // Before anything was measured: rows for a whole window, so that the first frame has them.
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
    // Another window in front takes no focus away from the row.
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
