/**
 * The server's time, as far as its answers tell. The clock of a device may be hours off; times of the log are the server's,
 * so each of them is a bound: the server is at least that late.
 */
export type ServerTime = {
  readonly now: () => number
  /** A time that the server gave. `isFresh`: it came a moment after it was given. */
  readonly note: (iso: string, isFresh: boolean) => void
}

/** A fresh time may still have been on its way for this long. */
const longestWayMs = 10_000

export function createServerTime(deviceNow: () => number = Date.now): ServerTime {
  let aheadLeast = Number.NEGATIVE_INFINITY
  let aheadMost = Number.POSITIVE_INFINITY
  return {
    // The device is believed as long as nothing speaks against it.
    now: () => deviceNow() + Math.min(Math.max(0, aheadLeast), aheadMost),
    note: (iso, isFresh) => {
      const ahead = Date.parse(iso) - deviceNow()
      // Clocks are set now and then, so the newest wins.
      if (isFresh || ahead > aheadMost) {
        aheadLeast = ahead
        aheadMost = ahead + longestWayMs
      } else aheadLeast = Math.max(aheadLeast, ahead)
    },
  }
}

/** All chats of a page are on one server. */
export const serverTime = createServerTime()
