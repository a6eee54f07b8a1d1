import { expect, test } from 'vitest'
import { byRound, inTurns, orderText, wholeSquare } from './in-turns.ts'

test.each([2, 3, 4, 5, 10, 11])(
  '[BENCH-8] over a whole square of %i each stands in every place and follows every other equally often',
  (count) => {
    const names = Array.from({ length: count }, (_, nth) => nth)
    const follows = new Map<string, number>()
    const places = new Map<string, number>()
    const add = (map: Map<string, number>, key: string) => map.set(key, (map.get(key) ?? 0) + 1)
    for (let round = 0; round < wholeSquare(count); round += 1) {
      const order = inTurns(names, round)
      expect([...order].toSorted((a, b) => a - b)).toEqual(names)
      for (const [place, name] of order.entries()) {
        add(places, `${name} in ${place}`)
        if (place > 0) add(follows, `${name} after ${order[place - 1]}`)
      }
    }
    expect(follows.size).toBe(count * (count - 1))
    expect(new Set(follows.values())).toEqual(new Set([wholeSquare(count) / count]))
    expect(places.size).toBe(count * count)
    expect(new Set(places.values())).toEqual(new Set([wholeSquare(count) / count]))
  },
)

test('[BENCH-8] the rounds after a square are those of the next one, and nobody at all is no error', () => {
  expect(inTurns(['a', 'b', 'c'], 6)).toEqual(inTurns(['a', 'b', 'c'], 0))
  expect(inTurns([], 2)).toEqual([])
})

test('[BENCH-8] a part says how many rounds ran and whether their order was balanced', () => {
  const roundsOf = (names: readonly string[], rounds: number) =>
    byRound(Array.from({ length: rounds }, (_, round) => inTurns(names, round)).flat(), names.length)
  expect(orderText(roundsOf(['a', 'b'], 4))).toBe(
    '4 rounds, in a balanced order: over all of them each stood in every place and followed every other equally often.',
  )
  expect(orderText(roundsOf(['a', 'b'], 3))).toBe(
    '3 rounds, **in an order that is not balanced**: whole squares have 2 rounds or a multiple of that.',
  )
  expect(orderText(roundsOf(['a', 'b', 'c'], 6))).toMatch(/^6 rounds, in a balanced order/)
  expect(orderText(roundsOf(['a', 'b', 'c'], 1))).toMatch(/^1 round, .*not balanced.* have 6 rounds/)
})

test('[BENCH-8] a rotation of three or more is not called balanced, however many rounds it has', () => {
  const rotation = ['abc', 'bca', 'cab'].map((round) => round.split(''))
  expect(orderText([...rotation, ...rotation])).toContain('not balanced')
})
