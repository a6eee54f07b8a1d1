import type { TimelineItem } from './timeline-item.ts'

/** Keeps the object of each item that says what it said before, and the list when nothing has changed: so React renders only what is new. */
export function sameItems(before: readonly TimelineItem[], now: readonly TimelineItem[]): readonly TimelineItem[] {
  const known = new Map(before.map((item) => [item.key, item]))
  const kept = now.map((item) => {
    const old = known.get(item.key)
    return old !== undefined && isSame(old, item) ? old : item
  })
  return kept.length === before.length && kept.every((item, index) => item === before[index]) ? before : kept
}

function isSame(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(b).every((name) => Object.is(a[name], b[name]))
}
