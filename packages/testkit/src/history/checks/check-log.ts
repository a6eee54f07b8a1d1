/** What a caller knows about a send after all its attempts. */
export type SendRecord = {
  userId: number
  clientMsgId: string
  /** `unknown`: there was no answer, so the message may be stored or not. */
  outcome: { kind: 'acknowledged'; seq: number } | { kind: 'refused'; code: string } | { kind: 'unknown' }
}

/** Returns the outcome of a send that failed with this code. After `unavailable` the message may be stored anyway. */
export function failedOutcome(code: string): SendRecord['outcome'] {
  return code === 'unavailable' ? { kind: 'unknown' } : { kind: 'refused', code }
}

/** An entry of the log of a chat, as it is in the tables. */
export type StoredEntry = {
  seq: number
  /** `message`, or the kind of the event. */
  kind: string
  at: Date
  userId: number | null
  /** Null for events. */
  id: number | null
  clientMsgId: string | null
}

/** A fault of a log, and the entry at which it shows. */
export type LogFault = { what: string; seq: number }

export type LogHistory = { entries: readonly StoredEntry[]; lastSeq: number; sends: readonly SendRecord[] }

/**
 * Compares the answers that callers got with what is stored, after all calls have ended.
 * Returns one sentence per violation; empty when there is none.
 * The order is known from `seq`, so every check takes linear time.
 */
export function checkLog(history: LogHistory): string[] {
  const entries = history.entries.toSorted((a, b) => a.seq - b.seq)
  const faults = [
    ...checkGapless(entries, history.lastSeq),
    ...checkTimes(entries),
    ...checkIds(entries),
    ...checkCloseBarrier(entries),
  ]
  return [...faults.map(({ what }) => what), ...checkSends(entries, history.sends)]
}

export function checkGapless(entries: readonly StoredEntry[], lastSeq: number): LogFault[] {
  const faults = entries.flatMap(({ seq }, place) =>
    seq === place + 1 ? [] : [{ what: `entry ${place + 1} of the log has seq ${seq}`, seq }],
  )
  if (entries.length !== lastSeq)
    faults.push({ what: `the log has ${entries.length} entries, last_seq is ${lastSeq}`, seq: lastSeq })
  return faults
}

export function checkTimes(entries: readonly StoredEntry[]): LogFault[] {
  return pairs(entries).flatMap(([before, { seq, at }]) =>
    at < before.at ? [{ what: `the time falls from seq ${before.seq} to ${seq}`, seq }] : [],
  )
}

/** Message ids must rise with `seq`, because messages are paged by id. */
export function checkIds(entries: readonly StoredEntry[]): LogFault[] {
  return pairs(entries.filter((entry) => entry.id !== null)).flatMap(([before, { seq, id }]) =>
    (id ?? 0) > (before.id ?? 0) ? [] : [{ what: `the id falls from seq ${before.seq} to ${seq}`, seq }],
  )
}

/** In a closed chat the only entry is a reopening, and an open chat is not reopened. */
export function checkCloseBarrier(entries: readonly StoredEntry[]): LogFault[] {
  let closed = false
  return entries.flatMap(({ kind, seq }) => {
    const late = closed && kind !== 'reopened'
    const early = !closed && kind === 'reopened'
    if (kind === 'closed') closed = true
    if (kind === 'reopened') closed = false
    if (early) return [{ what: `reopened at seq ${seq} stands in an open chat`, seq }]
    return late ? [{ what: `${kind} at seq ${seq} stands after the close`, seq }] : []
  })
}

/** Acknowledged messages are stored once, at the acknowledged `seq`. Refused ones are not stored, and no others are. */
function checkSends(entries: readonly StoredEntry[], sends: readonly SendRecord[]): string[] {
  const stored = Map.groupBy(
    entries.filter((entry) => entry.kind === 'message'),
    (entry) => `${entry.userId} ${entry.clientMsgId}`,
  )
  const byMessage = Map.groupBy(sends, (send) => `${send.userId} ${send.clientMsgId}`)
  const faults: string[] = []
  for (const [key, found] of stored) {
    if (found.length > 1) faults.push(`message ${key} is stored ${found.length} times`)
    if (!byMessage.has(key)) faults.push(`message ${key} was sent by nobody`)
  }
  for (const send of sends) {
    const found = stored.get(`${send.userId} ${send.clientMsgId}`)?.[0]
    const fault = checkOutcome(send, found)
    if (fault !== null) faults.push(fault)
  }
  return faults
}

function checkOutcome({ clientMsgId, outcome }: SendRecord, found: StoredEntry | undefined): string | null {
  switch (outcome.kind) {
    case 'acknowledged':
      if (found === undefined) return `acknowledged message ${clientMsgId} is lost`
      return found.seq === outcome.seq
        ? null
        : `message ${clientMsgId} was acknowledged at seq ${outcome.seq} and stands at ${found.seq}`
    case 'refused':
      return found === undefined ? null : `message ${clientMsgId} was refused (${outcome.code}) and is stored`
    case 'unknown':
      return null
  }
}

function pairs<T>(items: readonly T[]): [T, T][] {
  return items.slice(1).flatMap((item, place) => {
    const before = items[place]
    return before === undefined ? [] : [[before, item] satisfies [T, T]]
  })
}
