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
  expiryMs: presenceExpiryMs,
  graceMs: presenceGraceMs,
  lookMs: presenceLookMs,
  soonMs: 50,
}
