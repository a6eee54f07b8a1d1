import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react'

/** Closer to the end than this counts as the end. */
const endPx = 80
/** Closer than this to the first or last row in the document, more of the log is added. */
const nearPx = 800

type Anchor = { readonly key: string; readonly bottom: number; readonly scrollTop: number }

type ScrollInput = {
  /** What is loaded, and the part of it that is shown: other objects when something has changed. */
  readonly timeline: unknown
  readonly items: readonly unknown[]
  /** The newest row is among them. */
  readonly toEnd: boolean
  readonly onNear: (end: 'start' | 'end') => void
}

export type MessageListScroll = {
  readonly ref: RefObject<HTMLDivElement | null>
  readonly onScroll: () => void
  /** From now on the view stays at the end. */
  readonly holdEnd: () => void
  readonly holdStart: () => void
}

/**
 * Keeps what the reader sees in its place. At the end the list stays at the end. Elsewhere the first visible item is
 * the anchor: whatever is added or removed above it, its lower edge stays in place to the pixel. Its upper edge may not
 * be visible, and a message that joins a group loses its heading and some room there. The browser's own anchoring is
 * off: it does not know items that are replaced.
 */
export function useMessageListScroll(input: ScrollInput, setAtEnd: (is: boolean) => void): MessageListScroll {
  const { timeline, items, toEnd, onNear } = input
  const ref = useRef<HTMLDivElement>(null)
  const anchor = useRef<Anchor | 'start' | null>(null)
  const pinned = useRef(true)
  const rows = useRef<NodeListOf<HTMLElement> | null>(null)
  const present = useRef({ toEnd, onNear })
  useLayoutEffect(() => {
    present.current = { toEnd, onNear }
  })

  const look = useCallback(() => {
    const box = ref.current
    if (box === null) return
    pinned.current = present.current.toEnd && below(box) <= endPx
    rows.current ??= box.querySelectorAll<HTMLElement>('[data-key]')
    anchor.current = firstVisible(box, rows.current)
    setAtEnd(pinned.current)
  }, [setAtEnd])

  const feed = useCallback(() => {
    const box = ref.current
    if (box === null) return
    if (box.scrollTop < nearPx) present.current.onNear('start')
    else if (!present.current.toEnd && below(box) < nearPx) present.current.onNear('end')
  }, [])

  const restore = useCallback(() => {
    const box = ref.current
    if (box === null) return
    if (pinned.current) box.scrollTop = box.scrollHeight
    else if (anchor.current === 'start') box.scrollTop = 0
    else if (anchor.current !== null) holdAnchor(box, anchor.current)
    look()
  }, [look])

  useLayoutEffect(() => {
    rows.current = null
    restore()
  }, [restore, items])
  useResize(ref, restore)
  useEffect(() => {
    // One step a frame: several at once would delay the frame in which they are added.
    const frame = requestAnimationFrame(feed)
    return () => cancelAnimationFrame(frame)
  }, [feed, items, timeline])

  const onScroll = useCallback(() => {
    look()
    feed()
  }, [look, feed])
  const holdEnd = useCallback(() => {
    pinned.current = true
    // Otherwise the newest rows are not rendered yet.
    if (present.current.toEnd) restore()
  }, [restore])
  const holdStart = useCallback(() => {
    pinned.current = false
    anchor.current = 'start'
  }, [])
  return { ref, onScroll, holdEnd, holdStart }
}

function below(box: HTMLElement): number {
  return box.scrollHeight - box.scrollTop - box.clientHeight
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

/** The items are below one another, so a binary search finds the first that reaches below the edge. */
function firstVisible(box: HTMLElement, rows: NodeListOf<HTMLElement>): Anchor | null {
  const edge = box.getBoundingClientRect().top
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle
    else low = middle + 1
  }
  const found = rows[low]
  if (found === undefined) return null
  return {
    key: found.dataset['key'] ?? '',
    bottom: found.getBoundingClientRect().bottom - edge,
    scrollTop: box.scrollTop,
  }
}

/** A scroll since the anchor was measured has not sent its event yet, and must not be undone. */
function holdAnchor(box: HTMLElement, anchor: Anchor): void {
  const item = box.querySelector(`[data-key="${CSS.escape(anchor.key)}"]`)
  if (item === null) return
  const bottom = item.getBoundingClientRect().bottom - box.getBoundingClientRect().top
  box.scrollTop += bottom - anchor.bottom + box.scrollTop - anchor.scrollTop
}
