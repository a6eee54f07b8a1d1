import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changeFixture, entriesFixture, entryFixture } from '../../log/entry-fixture.ts'
import { Ring } from './ring.ts'

const all = { entries: 1_000, bytes: 1_000_000 }
const seqs = (ring: Ring, after: number) => ring.after(after, all)?.map(({ entry }) => entry.seq)

test('[LIVE-7] a ring appends what continues it, ignores what it has, and reports a gap', () => {
  const ring = new Ring(3)
  expect(ring.append(entriesFixture(2, 5))).toBe(true)
  expect(ring.append(entriesFixture(7, 8))).toBe(false)
  expect([ring.floor, ring.top]).toEqual([3, 5])
  expect(seqs(ring, 3)).toEqual([4, 5])
  expect(seqs(ring, 5)).toEqual([])
  expect(ring.after(2, all)).toBeNull()
})

test('[LIVE-8] a ring is limited in entries and in bytes, and drops the oldest', () => {
  const few = new Ring(0, { entriesMax: 4, bytesMax: 1_000_000 })
  few.append(entriesFixture(1, 10))
  expect(seqs(few, 6)).toEqual([7, 8, 9, 10])
  expect(few.floor).toBe(6)
  const small = new Ring(0, { entriesMax: 100, bytesMax: 2_000 })
  small.append(entriesFixture(1, 20))
  expect(small.top - small.floor).toBeLessThan(8)
  small.append([entryFixture(21, 'x'.repeat(5_000))])
  expect([small.floor, small.top]).toEqual([21, 21])
})

test('[LIVE-2] a frame stays within its limits, but has at least one entry', () => {
  const ring = new Ring(0)
  ring.append(entriesFixture(1, 100))
  expect(ring.after(0, { entries: 64, bytes: 1_000_000 })).toHaveLength(64)
  expect(ring.after(0, { entries: 64, bytes: 1 })).toHaveLength(1)
})

test('[LIVE-7] after any appends a ring is a contiguous part of the log up to its top', () => {
  const chunk = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 6 }))
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (chunks, entriesMax) => {
      const ring = new Ring(0, { entriesMax, bytesMax: 1_000_000 })
      for (const [from, more] of chunks) ring.append(entriesFixture(from, from + more))
      expect(seqs(ring, ring.floor)).toEqual(entriesFixture(ring.floor + 1, ring.top).map((entry) => entry.seq))
      expect(ring.top - ring.floor).toBeLessThanOrEqual(entriesMax)
    }),
  )
})

test('[MSG-15] an edit and a retraction remove the earlier texts from the ring and update its size', () => {
  const ring = new Ring(0)
  ring.append([entryFixture(1, 'secret one'), entryFixture(2, 'other')])
  ring.append([changeFixture(3, { messageId: 1, text: 'secret two '.repeat(100) })])
  const texts = () => JSON.stringify(ring.after(0, all))
  expect(texts()).not.toContain('secret one')
  ring.append([changeFixture(4, { messageId: 1 })])
  expect(texts()).not.toContain('secret')
  expect(texts()).toContain('other')
  expect(seqs(ring, 0)).toEqual([1, 2, 3, 4])
  for (const { entry, bytes } of ring.after(0, all) ?? []) {
    expect(bytes).toBe(Buffer.byteLength(JSON.stringify(entry)))
  }
})

test('[FILE-11] a retraction removes the files of a message from the ring, and an edit keeps them', () => {
  const ring = new Ring(0)
  const file = { id: 'f', name: 'secret.png', mediaType: 'image/png', bytes: 9, width: 3, height: 2 }
  const attachments = [{ ...file, thumbHash: 'hash', url: '/files/f', thumbnailUrl: '/files/f/thumbnail' }]
  const sent = entryFixture(1)
  if (sent.kind !== 'message') throw new Error('This is no message.')
  ring.append([{ ...sent, message: { ...sent.message, type: 'image', attachments } }])
  ring.append([changeFixture(2, { messageId: 1, text: 'a new text' })])
  const [edited] = ring.after(0, all) ?? []
  expect(edited?.entry).toMatchObject({ message: { type: 'image', text: 'a new text', attachments } })
  ring.append([changeFixture(3, { messageId: 1 })])
  const [retracted] = ring.after(0, all) ?? []
  expect(retracted?.entry).toMatchObject({ message: { type: 'text', text: '', attachments: [] } })
})

test('[MSG-15] [LIVE-16] an edit that makes a ring too large drops old entries, and a retraction frees bytes', () => {
  const ring = new Ring(0, { entriesMax: 100, bytesMax: 4_000 })
  ring.append(entriesFixture(1, 5))
  ring.append([changeFixture(6, { messageId: 5, text: 'x'.repeat(1_500) })])
  expect(ring.floor).toBeGreaterThan(0)
  ring.append([changeFixture(7, { messageId: 5 })])
  const { floor } = ring
  ring.append(entriesFixture(8, 12))
  expect(ring.floor).toBe(floor)
})
