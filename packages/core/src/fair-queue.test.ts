import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { expect, test } from 'vitest'
import { FairQueue, type FairQueueOptions } from './fair-queue.ts'

const [ann, ben, cat] = [1 as UserId, 2 as UserId, 3 as UserId]
const wide = { userRunningMax: 2, runningMax: 3, userWaitingMax: 10, waitingMax: 100, waitMsMax: 1_000 }

/** Runs calls that end when the test says so, and lists those that have started. */
function queueOf(options: Partial<FairQueueOptions> = {}) {
  const queue = new FairQueue({ ...wide, ...options })
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const call = (userId: UserId, name: string) =>
    queue.run(userId, () => {
      started.push(name)
      const end = Promise.withResolvers<void>()
      ends.set(name, end)
      return end.promise
    })
  const end = async (name: string) => {
    ends.get(name)?.resolve()
    await settled()
  }
  return { queue, started, call, end, fail: (name: string, error: Error) => ends.get(name)?.reject(error) }
}

/** All promises that can settle have settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('[FAIR-1] a user has two calls running, and further ones start in their order', async () => {
  const { started, call, end } = queueOf()
  for (const name of ['a1', 'a2', 'a3', 'a4']) void call(ann, name)
  await settled()
  expect(started).toEqual(['a1', 'a2'])
  void call(ben, 'b1')
  await settled()
  expect(started).toEqual(['a1', 'a2', 'b1'])
  await end('a2')
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3'])
  await end('b1')
  expect(started).toHaveLength(4)
  await end('a1')
  expect(started.at(-1)).toBe('a4')
})

test('[FAIR-2] users who wait take turns, one call each', async () => {
  const { started, call, end } = queueOf({ userRunningMax: 1, runningMax: 1 })
  for (const name of ['a1', 'a2', 'a3', 'a4']) void call(ann, name)
  for (const name of ['b1', 'b2']) void call(ben, name)
  void call(cat, 'c1')
  await settled()
  for (const name of ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']) await end(name)
  expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
})

test('[FAIR-3] a call beyond the bound of its user or of all is refused, and the others run', async () => {
  const { queue, started, call, end } = queueOf({ userRunningMax: 1, runningMax: 1, userWaitingMax: 2, waitingMax: 3 })
  for (const name of ['a1', 'a2', 'a3']) void call(ann, name)
  await expect(call(ann, 'a4')).rejects.toMatchObject({ code: 'rate_limited' })
  void call(ben, 'b1')
  await expect(call(ben, 'b2')).rejects.toMatchObject({ code: 'unavailable' })
  for (const name of ['a1', 'b1', 'a2', 'a3']) await end(name)
  expect(started).toEqual(['a1', 'b1', 'a2', 'a3'])
  expect(queue.users).toBe(0)
})

test('[FAIR-3] where no more may wait, who has fewer waiting takes the place of the newest of who has most', async () => {
  const { queue, started, call, end } = queueOf({ userRunningMax: 1, runningMax: 1, waitingMax: 4 })
  for (const name of ['a1', 'a2', 'a3', 'a4']) void call(ann, name).catch(() => undefined)
  const displaced = expect(call(ann, 'a5')).rejects.toMatchObject({ code: 'unavailable' })
  void call(ben, 'b1')
  await displaced
  const next = expect(call(cat, 'c1')).resolves.toBeUndefined()
  // Two of everybody wait, or one: nobody has more than the newcomer would.
  await expect(call(ben, 'b2')).rejects.toMatchObject({ code: 'unavailable' })
  expect(queue.waiting).toBe(4)
  for (const name of ['a1', 'b1', 'c1', 'a2', 'a3']) await end(name)
  await next
  expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  expect(queue.users).toBe(0)
})

test('[FAIR-3] a call that has waited too long is refused, and does not run', async () => {
  let now = 0
  const { queue, started, call, end } = queueOf({ userRunningMax: 1, now: () => now })
  void call(ann, 'a1')
  const late = expect(call(ann, 'a2')).rejects.toMatchObject({ code: 'unavailable' })
  now = 900
  void call(ann, 'a3')
  await settled()
  now = 1_001
  await end('a1')
  await late
  expect(started).toEqual(['a1', 'a3'])
  await end('a3')
  expect(queue.users).toBe(0)
})

test('[FAIR-3] a caller who has gone leaves the queue, and its place is free', async () => {
  const { queue, started, call, end } = queueOf({ userRunningMax: 1, userWaitingMax: 1, waitingMax: 1 })
  void call(ann, 'a1')
  const gone = new AbortController()
  const left = expect(queue.enter(ann, gone.signal)).rejects.toMatchObject({ code: 'unavailable' })
  await expect(call(ann, 'a2')).rejects.toMatchObject({ code: 'rate_limited' })
  gone.abort()
  await left
  void call(ann, 'a3')
  await end('a1')
  expect(started).toEqual(['a1', 'a3'])
  await end('a3')
  await expect(queue.enter(ann, gone.signal)).rejects.toMatchObject({ code: 'unavailable' })
  expect(queue.users).toBe(0)
})

test('a call that fails gives its place away, and its error to its caller only', async () => {
  const { started, call, fail } = queueOf({ userRunningMax: 1 })
  const failed = expect(call(ann, 'a1')).rejects.toThrow('broken')
  void call(ann, 'a2')
  await settled()
  fail('a1', new Error('broken'))
  await failed
  await settled()
  expect(started).toEqual(['a1', 'a2'])
})

test('[FAIR-3] a queue may refuse in its own words', async () => {
  const refusal = () => new AppError('rate_limited', { retryAfterMs: 7_000 })
  const { call } = queueOf({ runningMax: 1, waitingMax: 1, refusal })
  void call(ann, 'a1')
  void call(ben, 'b1')
  await expect(call(cat, 'c1')).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 7_000 })
})
