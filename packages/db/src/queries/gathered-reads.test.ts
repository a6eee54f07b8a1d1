import { expect, test } from 'vitest'
import { GatheredReads } from './gathered-reads.ts'

/** A store whose queries are answered by the test. */
function setUp(options: { atOnceMax?: number; keysMax?: number } = {}) {
  const asked: { keys: number[]; answer: () => void; fail: () => void }[] = []
  const store = new Map([1, 2, 3, 4, 5].map((key) => [key, `row ${key}`]))
  const read = (keys: number[]) =>
    new Promise<Map<number, string>>((resolve, reject) => {
      const snapshot = new Map(store)
      asked.push({ keys, answer: () => resolve(snapshot), fail: () => reject(new Error('away')) })
    })
  return { asked, store, reads: new GatheredReads({ read, ...options }) }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

test('[SOCK-13] a single read is sent at once, and reads that arrive while others run share one query', async () => {
  const { asked, reads } = setUp({ atOnceMax: 1 })
  const first = reads.get(1)
  await settle()
  expect(asked.map(({ keys }) => keys)).toEqual([[1]])
  const others = [reads.get(2), reads.get(3), reads.get(2), reads.get(9)]
  await settle()
  expect(asked).toHaveLength(1)
  asked[0]?.answer()
  expect(await first).toBe('row 1')
  await settle()
  expect(asked.map(({ keys }) => keys)).toEqual([[1], [2, 3, 9]])
  asked[1]?.answer()
  expect(await Promise.all(others)).toEqual(['row 2', 'row 3', 'row 2', undefined])
})

test('[SOCK-13] a read never joins a query that was sent before it', async () => {
  const { asked, store, reads } = setUp()
  const before = reads.get(1)
  await settle()
  store.set(1, 'new')
  const after = reads.get(1)
  await settle()
  for (const { answer } of asked) answer()
  expect([await before, await after]).toEqual(['row 1', 'new'])
})

test('[SOCK-13] a failed query rejects only its own reads, and a full one is followed by another', async () => {
  const { asked, reads } = setUp({ atOnceMax: 1, keysMax: 2 })
  const outcomes = Promise.allSettled([1, 2, 3, 4, 5].map((key) => reads.get(key)))
  for (let nth = 0; nth < 3; nth += 1) {
    await settle()
    if (nth === 1) asked[nth]?.fail()
    else asked[nth]?.answer()
  }
  expect(asked.map(({ keys }) => keys)).toEqual([[1, 2], [3, 4], [5]])
  expect((await outcomes).map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, false, true])
})
