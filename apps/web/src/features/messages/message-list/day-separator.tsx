import { useLingui } from '@lingui/react/macro'
import { useFormat } from '../../../components/use-format.ts'
import { calendarDay, daysBetween, useToday } from '../../../lib/day-clock.ts'

export const dayClass =
  'w-fit rounded-full border border-line bg-raised px-2.5 py-0.5 text-meta font-medium text-ink-2 shadow-card'

/** The day, in the reader's own time zone. */
export function DaySeparator({ at }: { at: string }) {
  const format = useFormat()
  const dayName = useDayName()
  return (
    <h2 data-day className={`mx-auto my-3 ${dayClass}`}>
      <time dateTime={calendarDay(at)}>{dayName(at) ?? format.date(at)}</time>
    </h2>
  )
}

function useDayName(): (at: string) => string | undefined {
  const { t } = useLingui()
  const { day: today } = useToday()
  return (at) => {
    const daysAgo = daysBetween(calendarDay(at), today)
    if (daysAgo === 0) return t`Today`
    return daysAgo === 1 ? t`Yesterday` : undefined
  }
}
