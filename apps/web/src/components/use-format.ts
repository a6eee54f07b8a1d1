import { useLingui } from '@lingui/react'
import { calendarDay, daysBetween, type Today, useToday } from '../lib/day-clock.ts'
import { regionalTag, wantedLanguages } from '../lib/locale.ts'

export type Format = {
  /** 14:05 */
  time(iso: string): string
  /** 3 March 2026, with the year only when it is another. */
  date(iso: string): string
  /** Saturday 28 November 2026 */
  fullDate(iso: string): string
  /** 14:05 for today, else 3 Mar, and 3 Mar 2025 of another year. */
  brief(iso: string): string
  /** The full moment, for those who look closer. */
  moment(iso: string): string
  /** yesterday, 3 days ago: for what is at least a day old. */
  daysAgo(iso: string): string
  /** 5 minutes ago, yesterday. */
  ago(value: number, unit: Intl.RelativeTimeFormatUnit): string
  count(value: number): string
}

/** Times and numbers as people of the page's language write them. The component is rendered again at midnight. */
export function useFormat(): Format {
  const { i18n } = useLingui()
  return formatOf(regionalTag(i18n.locale, wantedLanguages()), useToday())
}

/** Making them takes longer than drawing a message, so all components share those of a language and a day. */
const formats = new Map<string, Format>()

function formatOf(locale: string, today: Today): Format {
  const key = `${locale} ${today.zone} ${today.day}`
  const known = formats.get(key)
  if (known !== undefined) return known
  // Formats of days that are over are of no use.
  formats.clear()
  const format = createFormat(locale, today)
  formats.set(key, format)
  return format
}

function createFormat(locale: string, { day: today }: Today): Format {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' })
  const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  const dayAndYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
  const shortDayAndYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const fullDate = new Intl.DateTimeFormat(locale, { dateStyle: 'full' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const count = new Intl.NumberFormat(locale)
  const isThisYear = (iso: string) => calendarDay(iso).slice(0, 4) === today.slice(0, 4)
  return {
    time: (iso) => time.format(new Date(iso)),
    date: (iso) => (isThisYear(iso) ? day : dayAndYear).format(new Date(iso)),
    fullDate: (iso) => fullDate.format(new Date(iso)),
    brief(iso) {
      const format = calendarDay(iso) === today ? time : isThisYear(iso) ? shortDay : shortDayAndYear
      return format.format(new Date(iso))
    },
    moment: (iso) => moment.format(new Date(iso)),
    daysAgo: (iso) => relative.format(-daysBetween(calendarDay(iso), today), 'day'),
    ago: (value, unit) => relative.format(-value, unit),
    count: (value) => count.format(value),
  }
}
