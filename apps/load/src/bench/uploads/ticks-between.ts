import type { Stamped } from '../latency/latency-clients.ts'

/** `sent`: how many messages these are. */
export type TickDelays = { sent: number; p50: number; p99: number; most: number }

/** The delays of the messages that were sent within a time; without one, of all. */
export function ticksBetween(stamped: readonly Stamped[], time?: { from: number; to: number }): TickDelays {
  const { from, to } = time ?? { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const delays = stamped.flatMap(([at, tickMs]) => (at >= from && at <= to ? [tickMs] : []))
  if (delays.length === 0) throw new Error('No message was sent while files arrived.')
  const sorted = delays.toSorted((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0
  return { sent: sorted.length, p50: quantile(0.5), p99: quantile(0.99), most: quantile(1) }
}
