/** What one caller knows about one send after all its tries. */
export type SendRecord = {
  userId: number
  clientMsgId: string
  /** `unknown`: no answer came, so it may be stored or not. */
  outcome: { kind: 'acknowledged'; seq: number } | { kind: 'refused'; code: string } | { kind: 'unknown' }
}

/** A call that failed with this code. One that was `unavailable` may have been stored: its answer came too late. */
export function failedOutcome(code: string): SendRecord['outcome'] {
  return code === 'unavailable' ? { kind: 'unknown' } : { kind: 'refused', code }
}

/** An entry of a chat's log as the tables hold it. */
export type StoredEntry = {
  seq: number
  /** `message`, or the kind of the event. */
  kind: string
  at: Date
  userId: number | null
  /** Messages only. */
  id: number | null
  clientMsgId: string | null
}

export type LogHistory = { entries: readonly StoredEntry[]; lastSeq: number; sends: readonly SendRecord[] }

/**
 * Compares what callers were told with what is stored, once all is quiet.
 * Answers a sentence per violation; an empty array is the proof.
 * `seq` is the witness of the order, so every check is linear.
 */
export function checkLog(history: LogHistory): string[] {
  const entries = history.entries.toSorted((a, b) => a.seq - b.seq)
  return [
    ...checkGapless(entries, history.lastSeq),
    ...checkTimes(entries),
    ...checkIds(entries),
    ...checkCloseBarrier(entries),
    ...checkSends(entries, history.sends),
  ]
}

export function checkGapless(entries: readonly StoredEntry[], lastSeq: number): string[] {
  const faults = entries.flatMap((entry, place) =>
    entry.seq === place + 1 ? [] : [`entry ${place + 1} of the log has seq ${entry.seq}`],
  )
  if (entries.length !== lastSeq) faults.push(`the log has ${entries.length} entries, last_seq is ${lastSeq}`)
  return faults
}

export function checkTimes(entries: readonly StoredEntry[]): string[] {
  return pairs(entries).flatMap(([before, entry]) =>
    entry.at < before.at ? [`the time falls from seq ${before.seq} to ${entry.seq}`] : [],
  )
}

/** Message ids rise with `seq`, so that paging by id is paging by place. */
export function checkIds(entries: readonly StoredEntry[]): string[] {
  return pairs(entries.filter((entry) => entry.id !== null)).flatMap(([before, entry]) =>
    (entry.id ?? 0) > (before.id ?? 0) ? [] : [`the id falls from seq ${before.seq} to ${entry.seq}`],
  )
}

/** Folds the log: a closed chat is reopened or nothing happens in it, and an open one is not reopened. */
export function checkCloseBarrier(entries: readonly StoredEntry[]): string[] {
  let closed = false
  return entries.flatMap((entry) => {
    const late = closed && entry.kind !== 'reopened'
    const early = !closed && entry.kind === 'reopened'
    if (entry.kind === 'closed') closed = true
    if (entry.kind === 'reopened') closed = false
    if (early) return [`reopened at seq ${entry.seq} stands in an open chat`]
    return late ? [`${entry.kind} at seq ${entry.seq} stands after the close`] : []
  })
}

/** Acknowledged: stored once, at the place that was told. Refused: absent. Nothing that nobody sent. */
function checkSends(entries: readonly StoredEntry[], sends: readonly SendRecord[]): string[] {
  const stored = Map.groupBy(
    entries.filter((entry) => entry.kind === 'message'),
    (entry) => `${entry.userId} ${entry.clientMsgId}`,
  )
  const told = Map.groupBy(sends, (send) => `${send.userId} ${send.clientMsgId}`)
  const faults: string[] = []
  for (const [key, found] of stored) {
    if (found.length > 1) faults.push(`message ${key} is stored ${found.length} times`)
    if (!told.has(key)) faults.push(`message ${key} was sent by nobody`)
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
