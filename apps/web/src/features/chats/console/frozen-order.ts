/**
 * A list that moves under the pointer makes people open the wrong chat. So while it is frozen, its rows keep their
 * places, whatever happens; what changed meanwhile is counted and applied at once when it thaws.
 */
export type FrozenOrder = {
  readonly shown: readonly number[]
  /** How many rows came, went or changed their place since. */
  readonly waiting: number
}

export function frozenOrder(shown: readonly number[], latest: readonly number[], frozen: boolean): FrozenOrder {
  // In an empty list nothing can be missed by the pointer.
  if (!frozen || shown.length === 0) return { shown: latest, waiting: 0 }
  const held = [...shown, ...rowsBelow(shown, latest)]
  return { shown: held, waiting: movedRows(held, latest) }
}

/** New rows after the last known one, such as one more page: they move nobody, so they show at once. */
function rowsBelow(shown: readonly number[], latest: readonly number[]): readonly number[] {
  const known = new Set(shown)
  const last = latest.findLastIndex((id) => known.has(id))
  return last === -1 ? [] : latest.slice(last + 1)
}

/** Rows that are new or gone, or were overtaken the other way round: the fewest moves that explain the new order. */
function movedRows(before: readonly number[], after: readonly number[]): number {
  const places = new Map(before.map((id, place) => [id, place]))
  const kept = after.flatMap((id) => places.get(id) ?? [])
  const gone = before.length - kept.length
  return after.length - longestRising(kept) + gone
}

/** The length of the longest rising run of places, not necessarily side by side. */
function longestRising(places: readonly number[]): number {
  const ends: number[] = []
  for (const place of places) {
    ends[firstNotBelow(ends, place)] = place
  }
  return ends.length
}

/** Where in rising numbers the first stands that is not below this one; their count when there is none. */
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
