/** Rows that are sent in one fold: above the first number an inbox is busy, above the second very busy. */
const busyRows = 200
const veryBusyRows = 2_000

/**
 * How long a fold collects changes, in milliseconds. All changes of a chat in this time become one row. The more rows
 * the last fold sent, the longer the next one collects. So the cost for 500 operators depends on the chats that change,
 * and not on the number of messages.
 */
export function batchDelayMs(lastRows: number): number {
  if (lastRows <= busyRows) return 60
  return lastRows <= veryBusyRows ? 100 : 250
}
