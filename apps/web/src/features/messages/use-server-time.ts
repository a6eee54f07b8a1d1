import { entriesAfter, type Timeline } from '@deskbell/sdk'
import { useEffect, useRef } from 'react'
import { serverTime } from '../../lib/server-time.ts'

/** Learns the server's time from the log: what comes while the stream is live has just been written. */
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
