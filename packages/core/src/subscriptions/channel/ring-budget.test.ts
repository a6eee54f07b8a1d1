import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entriesFixture } from '../../log/entry-fixture.ts'
import { Ring, sized } from './ring.ts'
import { RingBudget } from './ring-budget.ts'

const entryBytes = sized(entriesFixture(1, 1)[0] ?? expect.fail()).bytes

function grow(budget: RingBudget, ring: Ring, count: number): void {
  ring.append(entriesFixture(ring.top + 1, ring.top + count))
  budget.note(ring)
}

const held = (ring: Ring) => ring.top - ring.floor

test('[LIVE-16] above the limit the rings that changed least recently drop their entries, and keep their top', () => {
  const budget = new RingBudget(entryBytes * 11)
  const [first, second, third] = [new Ring(0), new Ring(0), new Ring(0)]
  grow(budget, first, 4)
  grow(budget, second, 4)
  grow(budget, first, 1)
  grow(budget, third, 4)
  expect([held(first), held(second), held(third)]).toEqual([5, 0, 4])
  expect([second.top, second.after(0, { entries: 9, bytes: 9e9 })]).toEqual([4, null])
  grow(budget, second, 1)
  expect(held(second)).toBe(1)
})

test('[LIVE-16] after any changes the counted sum is the size of all entries, and stays within the limit', () => {
  const steps = fc.array(fc.record({ ring: fc.nat(9), count: fc.integer({ min: 1, max: 40 }), leaves: fc.boolean() }))
  fc.assert(
    fc.property(steps, (list) => {
      const budget = new RingBudget(entryBytes * 100)
      const rings = Array.from({ length: 10 }, () => new Ring(0))
      for (const { ring: nth, count, leaves } of list) {
        const ring = rings[nth] ?? expect.fail()
        grow(budget, ring, count)
        if (leaves) {
          budget.forget(ring)
          rings[nth] = new Ring(0)
        }
        expect(budget.bytes).toBeLessThanOrEqual(entryBytes * 100)
        expect(budget.bytes).toBe(rings.reduce((sum, { bytes }) => sum + bytes, 0))
        expect(budget.entries).toBe(rings.reduce((sum, one) => sum + held(one), 0))
      }
    }),
  )
})
