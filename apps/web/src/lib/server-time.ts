import { entriesAfter, type Timeline } from '@deskbell/sdk'
import { useEffect, useRef } from 'react'

/**
 * The server's time, estimated from its answers. The clock of a device may be hours off. The times in the log are the
 * server's, so each is a lower bound of the server's clock.
 */
export type ServerTime = {
  readonly now: () => number
  /** Adds a time that the server gave. `isFresh`: it arrived a moment after that. */
  readonly note: (iso: string, isFresh: boolean) => void
}

/** The greatest age of a fresh time when it arrives. */
const longestWayMs = 10_000

export function createServerTime(deviceNow: () => number = Date.now): ServerTime {
  let aheadLeast = Number.NEGATIVE_INFINITY
  let aheadMost = Number.POSITIVE_INFINITY
  return {
    // The device's clock is used as long as nothing contradicts it.
    now: () => deviceNow() + Math.min(Math.max(0, aheadLeast), aheadMost),
    note: (iso, isFresh) => {
      const ahead = Date.parse(iso) - deviceNow()
      // Clocks are set now and then, so the newest time wins.
      if (isFresh || ahead > aheadMost) {
        aheadLeast = ahead
        aheadMost = ahead + longestWayMs
      } else aheadLeast = Math.max(aheadLeast, ahead)
    },
  }
}

/** One estimate for all chats of a page, because they are on one server. */
export const serverTime = createServerTime()

/** Learns the server's time from the log: an entry that arrives while the stream is live was just written. */
export function useServerTime({ status, entries }: Timeline): void {
  const before = useRef({ status, seq: 0 })
  useEffect(() => {
    const { status: lastStatus, seq } = before.current
    const newest = entries.at(-1)
    before.current = { status, seq: newest?.seq ?? seq }
    if (newest === undefined || newest.seq <= seq) return
    const isFresh = seq > 0 && status === 'live' && lastStatus === 'live' && entriesAfter(entries, seq).length <= 20
    serverTime.note(newest.at, isFresh)
  }, [status, entries])
}
