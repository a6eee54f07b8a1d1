import { presenceExpiryMs, presenceGraceMs, presenceLookMs, presenceRefreshMs } from '@deskbell/contract/limits'

/** The times of presence; tests shorten them. */
export type PresenceTimings = {
  /** How often a process tells of all its people. */
  refreshMs: number
  /** Who was not told of for longer is away. */
  expiryMs: number
  /** Who goes is shown as away after this. */
  graceMs: number
  /** How often a process looks who is here. */
  lookMs: number
  /** What comes together is written and read together. */
  soonMs: number
}

export const defaultPresenceTimings: PresenceTimings = {
  refreshMs: presenceRefreshMs,
  // The bound holds for what people see: the next look and its way have their part of it.
  expiryMs: presenceExpiryMs - 2 * presenceLookMs,
  graceMs: presenceGraceMs,
  lookMs: presenceLookMs,
  soonMs: 50,
}
