/**
 * The order of a round, from a Williams square: over a whole square each contender stands in every place and follows
 * every other one equally often, so that whatever a run leaves behind (a checkpoint, a warm processor, dead rows) meets
 * all of them alike. A square has as many rounds as contenders, twice as many where their number is odd.
 */
export function inTurns<T>(contenders: readonly T[], round: number): T[] {
  const count = contenders.length
  const row = count === 0 ? 0 : round % wholeSquare(count)
  const places = Array.from({ length: count }, (_, place) => {
    // 0, 1, n-1, 2, n-2 …: every difference between neighbours occurs once.
    const step = place % 2 === 1 ? (place + 1) / 2 : count - place / 2
    return (step + row) % count
  })
  if (row >= count) places.reverse()
  return places.flatMap((place) => contenders.slice(place, place + 1))
}

/** How many rounds a square of so many contenders has. */
export function wholeSquare(contenders: number): number {
  return contenders % 2 === 0 ? contenders : 2 * contenders
}
