import { expect, test } from 'vitest'
import { ExpiringMap } from './expiring-map.ts'

test('[LIVE-14] a value is there for exactly its time', () => {
  const map = new ExpiringMap<string, number>({ keepMs: 100, entriesMax: 10 })
  map.set('a', 1, 1_000)
  expect(map.get('a', 1_099)).toBe(1)
  expect(map.get('a', 1_100)).toBeUndefined()
  map.set('a', 2, 1_050)
  expect(map.get('a', 1_149)).toBe(2)
  map.delete('a')
  expect(map.get('a', 1_060)).toBeUndefined()
})

test('[LIVE-14] expired values, and the oldest above the limit, are removed', () => {
  const map = new ExpiringMap<number, true>({ keepMs: 100, entriesMax: 3 })
  for (const [key, at] of [1, 2, 3, 4].entries()) map.set(key, true, at)
  expect(map.size).toBe(3)
  expect([0, 1, 2, 3].map((key) => map.get(key, 5))).toEqual([undefined, true, true, true])
  map.set(9, true, 200)
  expect(map.size).toBe(1)
})
