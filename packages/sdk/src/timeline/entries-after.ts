import type { LogEntry } from '@deskbell/contract/events'

/**
 * The entries behind the place `seq`, found by counting: the entries of a timeline follow one another without gaps.
 * Looking at each of them would cost more with every page of history.
 */
export function entriesAfter(entries: readonly LogEntry[], seq: number): readonly LogEntry[] {
  const [first] = entries
  return first === undefined ? entries : entries.slice(Math.max(0, seq + 1 - first.seq))
}
