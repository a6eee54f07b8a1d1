/** The time of the next entry. It is never before the last one, even if the clock was set back. */
export function entryTime(now: Date, lastEntryAt: Date): Date {
  return now < lastEntryAt ? lastEntryAt : now
}
