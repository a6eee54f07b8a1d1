import { presenceExpiryMs, presenceGraceMs, presencePollMs, presenceRefreshMs } from '@deskbell/contract/limits'

/** The timings of presence, in milliseconds. Tests shorten them. */
export type PresenceTimings = {
  /** How often a process with connected users renews its lease. */
  refreshMs: number
  /** The users of a process that has not renewed its lease for longer are away. */
  expiryMs: number
  /** The grace period: a user without a connection is away after it. */
  graceMs: number
  /** How often a process reads the presence that it watches. */
  pollMs: number
  /** The delay of a write or a read after a change, so that changes that come together share it. */
  soonMs: number
}

export const defaultPresenceTimings: PresenceTimings = {
  refreshMs: presenceRefreshMs,
  // `presenceExpiryMs` limits when users see it, so the next poll and its delivery must fit into it.
  expiryMs: presenceExpiryMs - 2 * presencePollMs,
  graceMs: presenceGraceMs,
  pollMs: presencePollMs,
  soonMs: 50,
}
