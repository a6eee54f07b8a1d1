import { userIdSchema } from '@deskbell/contract/ids'
import { timed } from '@deskbell/testkit/timed'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChatMarks, type Mark } from './chat-marks.ts'

const mark = (user: number, readSeq: number): Mark => ({
  userId: userIdSchema.parse(user),
  role: user === 1 ? 'client' : 'operator',
  deliveredSeq: readSeq,
  readSeq,
})

test('[LIVE-11] from any version on, each mark that changed since comes once, with its newest value', () => {
  const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(9)), { maxLength: 40 })
  fc.assert(
    fc.property(changes, fc.nat(40), (given, from) => {
      const board = new ChatMarks()
      const highest = new Map<number, { readSeq: number; version: number }>()
      for (const [user, readSeq] of given) {
        const isHigher = readSeq > (highest.get(user)?.readSeq ?? -1)
        expect(board.merge(mark(user, readSeq))).toBe(isHigher)
        if (isHigher) highest.set(user, { readSeq, version: board.version })
      }
      const expected = [...highest]
        .filter(([, { version }]) => version > from)
        .toSorted(([, a], [, b]) => a.version - b.version)
      const found: (typeof expected)[number][] = []
      for (let next = board.nextAfter(from); next !== null; next = board.nextAfter(next.version)) {
        found.push([next.userId, { readSeq: next.readSeq, version: next.version }])
      }
      expect(found).toEqual(expected)
    }),
  )
})

test('[LIVE-11] what changed last is found without a look at the marks before it', timed, () => {
  const board = new ChatMarks()
  for (let user = 1; user <= 20_000; user += 1) board.merge(mark(user, 1))
  const startedAt = performance.now()
  const found = Array.from({ length: 2_000 }, () => board.nextAfter(board.version - 1)?.userId)
  // Scans from the oldest mark take seconds.
  expect(performance.now() - startedAt).toBeLessThan(200)
  expect(new Set(found)).toEqual(new Set([20_000]))
})
