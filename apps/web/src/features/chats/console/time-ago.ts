export type Ago = { readonly value: number; readonly unit: 'minute' | 'hour' | 'day' }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** How long ago, in the largest unit that fits whole. Null: less than a minute, or a clock that is ahead of ours. */
export function timeAgo(thenMs: number, nowMs: number): Ago | null {
  const ms = nowMs - thenMs
  if (ms < minuteMs) return null
  if (ms < hourMs) return { value: Math.floor(ms / minuteMs), unit: 'minute' }
  if (ms < dayMs) return { value: Math.floor(ms / hourMs), unit: 'hour' }
  return { value: Math.floor(ms / dayMs), unit: 'day' }
}
