import { useLingui } from '@lingui/react'
import { calendarDay, daysBetween, type Today, useToday } from '../lib/day-clock.ts'
import { regionalTag, wantedLanguages } from '../lib/locale.ts'

export type Format = {
  /** 14:05 */
  time(iso: string): string
  /** 3 March 2026; without the year if it is this year. */
  date(iso: string): string
  /** Saturday 28 November 2026 */
  fullDate(iso: string): string
  /** 14:05 for today, else 3 Mar, or 3 Mar 2025 for another year. */
  brief(iso: string): string
  /** The full date and time. */
  moment(iso: string): string
  /** yesterday, 3 days ago: for times at least a day ago. */
  daysAgo(iso: string): string
  /** 5 minutes ago, yesterday. */
  ago(value: number, unit: Intl.RelativeTimeFormatUnit): string
  count(value: number): string
}

/** Formats times and numbers for the page's language. The component re-renders at midnight. */
export function useFormat(): Format {
  const { i18n } = useLingui()
  return formatOf(regionalTag(i18n.locale, wantedLanguages()), useToday())
}

/** Creating formats takes longer than rendering a message, so all components share those of a language and a day. */
const formats = new Map<string, Format>()

function formatOf(locale: string, today: Today): Format {
  const key = `${locale} ${today.zone} ${today.day}`
  const known = formats.get(key)
  if (known !== undefined) return known
  // Formats of past days are of no use.
  formats.clear()
  const format = createFormat(locale, today)
  formats.set(key, format)
  return format
}

function createFormat(locale: string, { day: today }: Today): Format {
  const dates = (options: Intl.DateTimeFormatOptions) => once(() => new Intl.DateTimeFormat(locale, options))
  const time = dates({ timeStyle: 'short' })
  const day = dates({ day: 'numeric', month: 'long' })
  const shortDay = dates({ day: 'numeric', month: 'short' })
  const dayAndYear = dates({ day: 'numeric', month: 'long', year: 'numeric' })
  const shortDayAndYear = dates({ day: 'numeric', month: 'short', year: 'numeric' })
  const fullDate = dates({ dateStyle: 'full' })
  const moment = dates({ dateStyle: 'full', timeStyle: 'short' })
  const relative = once(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }))
  const count = once(() => new Intl.NumberFormat(locale))
  const isThisYear = (iso: string) => calendarDay(iso).slice(0, 4) === today.slice(0, 4)
  return {
    time: (iso) => time().format(new Date(iso)),
    date: (iso) => (isThisYear(iso) ? day() : dayAndYear()).format(new Date(iso)),
    fullDate: (iso) => fullDate().format(new Date(iso)),
    brief(iso) {
      const format = calendarDay(iso) === today ? time : isThisYear(iso) ? shortDay : shortDayAndYear
      return format().format(new Date(iso))
    },
    moment: (iso) => moment().format(new Date(iso)),
    daysAgo: (iso) => relative().format(-daysBetween(calendarDay(iso), today), 'day'),
    ago: (value, unit) => relative().format(-value, unit),
    count: (value) => count().format(value),
  }
}

/** Creates a format when it is first used: most pages need few of them. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
