/** Rows given to readers in one fold: above the first number it is busy here, above the second very busy. */
const busyRows = 200
const veryBusyRows = 2_000

/**
 * Changes of a chat within this time are one row. The more rows the last fold gave to readers, the longer the next one
 * gathers, so that five hundred operators on a busy inbox cost the chats that change and not their messages.
 */
export function foldMs(lastRows: number): number {
  if (lastRows <= busyRows) return 60
  return lastRows <= veryBusyRows ? 100 : 250
}
