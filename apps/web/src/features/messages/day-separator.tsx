import { useLingui } from '@lingui/react/macro'
import { useFormat } from '../../components/use-format.ts'
import { calendarDay, daysBetween, useToday } from '../../lib/day-clock.ts'

/** The day, in the reader's own time zone. It stays at the top while its messages are in view. */
export function DaySeparator({ at }: { at: string }) {
  const format = useFormat()
  const words = useDayWords()
  return (
    <h2 className="sticky top-1 z-1 mx-auto my-3 w-fit rounded-full bg-sunken px-3 py-0.5 text-meta font-medium text-ink-2">
      <time dateTime={calendarDay(at)}>{words(at) ?? format.date(at)}</time>
    </h2>
  )
}

function useDayWords(): (at: string) => string | undefined {
  const { t } = useLingui()
  const { day: today } = useToday()
  return (at) => {
    const daysAgo = daysBetween(calendarDay(at), today)
    if (daysAgo === 0) return t`Today`
    return daysAgo === 1 ? t`Yesterday` : undefined
  }
}
