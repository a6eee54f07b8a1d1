import type { CalendarDay } from '../../../lib/day-clock.ts'
import type { AuditAction, AuditFilter } from './action-words.ts'

/** What is chosen above the log. An empty day is none; `to` is the last day that is shown. */
export type ChosenFilter = {
  readonly actorId: number | null
  readonly action: AuditAction | null
  readonly from: CalendarDay | ''
  readonly to: CalendarDay | ''
}

export const noFilter: ChosenFilter = { actorId: null, action: null, from: '', to: '' }

export function isFiltering({ actorId, action, from, to }: ChosenFilter): boolean {
  return actorId !== null || action !== null || from !== '' || to !== ''
}

/** Returns what the server is asked for. Days are those of the reader's time zone. */
export function toAuditFilter({ actorId, action, from, to }: ChosenFilter): AuditFilter {
  const [start, end] = [startOf(from, 0), startOf(to, 1)]
  return {
    ...(actorId !== null && { actorId }),
    ...(action !== null && { action }),
    ...(start !== null && { from: start }),
    ...(end !== null && { to: end }),
  }
}

/** Returns when a day begins, so many days later. Null for a day that is none, or has five digits in its year. */
function startOf(day: CalendarDay, daysLater: number): string | null {
  const at = new Date(`${day}T00:00`)
  at.setDate(at.getDate() + daysLater)
  return at.getFullYear() >= 1 && at.getFullYear() < 9999 ? at.toISOString() : null
}
