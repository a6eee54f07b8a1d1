import { expect, test } from 'vitest'
import type { Stamped } from '../latency/latency-clients.ts'
import { ticksBetween } from './ticks-between.ts'

/** A message each millisecond, whose tick takes as long as its moment. */
const stamped = Array.from({ length: 1_000 }, (_, nth): Stamped => [nth + 1, nth + 1])

test('[BENCH-13] only messages that were sent while files arrived count', () => {
  expect(ticksBetween(stamped, { from: 101, to: 200 })).toEqual({ sent: 100, p50: 150, p99: 199, most: 200 })
  expect(ticksBetween(stamped)).toEqual({ sent: 1_000, p50: 500, p99: 990, most: 1_000 })
})

test('[BENCH-13] files beside which no message was sent break the run', () => {
  expect(() => ticksBetween(stamped, { from: 2_000, to: 3_000 })).toThrow('No message')
})
