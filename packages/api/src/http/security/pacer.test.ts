import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pacer } from './pacer.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('[ACC-26] one call begins each interval, in the order of the calls, and one that comes alone begins at once', async () => {
  const pacer = new Pacer({ intervalMs: 4, waitingMax: 500 })
  const begun: string[] = []
  const call = (name: string) => void pacer.enter().then(() => begun.push(name))
  for (const name of ['a', 'b', 'c']) call(name)
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toEqual(['a'])
  await vi.advanceTimersByTimeAsync(4)
  expect(begun).toEqual(['a', 'b'])
  call('d')
  await vi.advanceTimersByTimeAsync(8)
  expect(begun).toEqual(['a', 'b', 'c', 'd'])
  await vi.advanceTimersByTimeAsync(4)
  expect(vi.getTimerCount()).toBe(0)
  call('e')
  await vi.advanceTimersByTimeAsync(0)
  expect(begun.at(-1)).toBe('e')
})

test('[ACC-26] when too many wait, a further call begins at once', async () => {
  const pacer = new Pacer({ intervalMs: 4, waitingMax: 2 })
  const begun: string[] = []
  for (const name of ['a', 'b', 'c', 'd']) void pacer.enter().then(() => begun.push(name))
  await vi.advanceTimersByTimeAsync(0)
  expect(begun).toEqual(['a', 'd'])
  await vi.advanceTimersByTimeAsync(8)
  expect(begun).toEqual(['a', 'd', 'b', 'c'])
})
