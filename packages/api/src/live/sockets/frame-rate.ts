/** Allows `perSecond` frames on average, and up to `burst` at once. */
export type FrameRate = { readonly perSecond: number; readonly burst: number }

/** A larger frame counts as several, because it takes longer to parse. */
const bytesPerFrame = 16 * 1024

/** Returns how many frames a frame of this size counts as. */
export function frameCost(bytes: number): number {
  return 1 + Math.floor(bytes / bytesPerFrame)
}

/**
 * Spends frames of a budget, which is full again at `fullAt`. Returns when it will be full after that, or null when it
 * has not so many left. A socket keeps only this time, because most sockets are idle.
 */
export function spendFrames(fullAt: number, frames: number, { rate, now }: { rate: FrameRate; now: number }) {
  const next = Math.max(fullAt, now) + (frames / rate.perSecond) * 1000
  return next - now <= (rate.burst / rate.perSecond) * 1000 ? next : null
}
