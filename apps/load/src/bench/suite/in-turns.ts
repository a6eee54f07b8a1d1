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

/** Says how many rounds ran and whether their order was balanced, judged by the order in which the contenders really ran. */
export function orderText(order: readonly (readonly string[])[]): string {
  const rounds = order.length === 1 ? '1 round' : `${order.length} rounds`
  if (isBalanced(order))
    return `${rounds}, in a balanced order: over all of them each stood in every place and followed every other equally often.`
  const whole = wholeSquare(order[0]?.length ?? 0)
  return `${rounds}, **in an order that is not balanced**: whole squares have ${whole} rounds or a multiple of that.`
}

function isBalanced(order: readonly (readonly string[])[]): boolean {
  const names = new Set(order.flat())
  const places = countsOf(order.flatMap((round) => round.map((name, place) => `${place} ${name}`)))
  const pairs = countsOf(order.flatMap((round) => round.slice(1).map((name, place) => `${round[place]} ${name}`)))
  const isEven = (counts: readonly number[], kinds: number) =>
    counts.length === kinds && counts.every((count) => count === counts[0])
  return isEven(places, names.size ** 2) && isEven(pairs, names.size * (names.size - 1))
}

function countsOf(values: readonly string[]): number[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}

/** What ran in each round, from runs that stand in the order in which they ran. */
export function byRound<T>(runs: readonly T[], perRound: number): T[][] {
  return Array.from({ length: Math.ceil(runs.length / perRound) }, (_, round) =>
    runs.slice(round * perRound, (round + 1) * perRound),
  )
}
