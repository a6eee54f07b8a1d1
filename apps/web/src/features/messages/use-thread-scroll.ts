import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Closer to the end than this counts as the end. */
const endPx = 80
/** Closer to the start than this, older messages are loaded. */
const startPx = 400

type Anchor = { readonly key: string; readonly top: number; readonly scrollTop: number }

export type ThreadScroll = {
  readonly ref: RefObject<HTMLDivElement | null>
  readonly atEnd: boolean
  readonly onScroll: () => void
  readonly jumpToEnd: () => void
}

/**
 * Keeps what the reader looks at in its place.
 * At the end the thread stays at the end. Elsewhere the first visible item is the anchor: whatever is put in or
 * taken out above it, its distance from the top edge stays the same to the pixel.
 * The browser's own anchoring is off: it knows nothing of items that are replaced.
 */
export function useThreadScroll(version: unknown, onNearStart: () => void): ThreadScroll {
  const ref = useRef<HTMLDivElement>(null)
  const anchor = useRef<Anchor | null>(null)
  const pinned = useRef(true)
  const [atEnd, setAtEnd] = useState(true)

  const look = useCallback(() => {
    const box = ref.current
    if (box === null) return
    pinned.current = box.scrollHeight - box.scrollTop - box.clientHeight <= endPx
    anchor.current = firstVisible(box)
    setAtEnd(pinned.current)
    if (box.scrollTop < startPx) onNearStart()
  }, [onNearStart])

  const restore = useCallback(() => {
    const box = ref.current
    if (box === null) return
    if (pinned.current) box.scrollTop = box.scrollHeight
    else if (anchor.current !== null) holdAnchor(box, anchor.current)
    look()
  }, [look])

  useLayoutEffect(restore, [restore, version])
  useResize(ref, restore)

  const jumpToEnd = useCallback(() => {
    pinned.current = true
    restore()
  }, [restore])
  return { ref, atEnd, onScroll: look, jumpToEnd }
}

function useResize(ref: RefObject<HTMLDivElement | null>, onResize: () => void): void {
  useEffect(() => {
    const box = ref.current
    if (box === null) return
    const observer = new ResizeObserver(onResize)
    observer.observe(box)
    if (box.firstElementChild !== null) observer.observe(box.firstElementChild)
    return () => observer.disconnect()
  }, [ref, onResize])
}

/** The items stand below one another, so the first that reaches under the edge is found by halving. */
function firstVisible(box: HTMLElement): Anchor | null {
  const edge = box.getBoundingClientRect().top
  const items = box.querySelectorAll<HTMLElement>('[data-key]')
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((items[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle
    else low = middle + 1
  }
  const found = items[low]
  if (found === undefined) return null
  return { key: found.dataset['key'] ?? '', top: found.getBoundingClientRect().top - edge, scrollTop: box.scrollTop }
}

/** What was scrolled since the look at the anchor has not told its event yet, and must not be undone. */
function holdAnchor(box: HTMLElement, anchor: Anchor): void {
  const item = box.querySelector(`[data-key="${CSS.escape(anchor.key)}"]`)
  if (item === null) return
  const top = item.getBoundingClientRect().top - box.getBoundingClientRect().top
  box.scrollTop += top - anchor.top + box.scrollTop - anchor.scrollTop
}
