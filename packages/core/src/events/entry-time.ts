/** The time of the next entry: a clock that was set back does not turn the log around. */
export function entryTime(now: Date, lastEntryAt: Date): Date {
  return now < lastEntryAt ? lastEntryAt : now
}
