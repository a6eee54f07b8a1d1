import { useLingui } from '@lingui/react'

export type Format = {
  /** 14:05 */
  time(iso: string): string
  /** 3 March 2026, with the year only when it is another. */
  date(iso: string): string
  /** 14:05 for today, else 3 Mar. */
  brief(iso: string): string
  /** The full moment, for those who look closer. */
  moment(iso: string): string
  /** yesterday, 3 days ago: for what is at least a day old. */
  daysAgo(iso: string): string
  /** 5 minutes ago, yesterday. */
  ago(value: number, unit: Intl.RelativeTimeFormatUnit): string
  count(value: number): string
}

/** Times and numbers as people of the page's language write them. */
export function useFormat(): Format {
  const { i18n } = useLingui()
  return formatOf(regional(i18n.locale, navigator.languages))
}

/** Making them takes longer than drawing a message, so all components share those of a language. */
const formats = new Map<string, Format>()

function formatOf(locale: string): Format {
  const format = formats.get(locale) ?? createFormat(locale)
  formats.set(locale, format)
  return format
}

/** The page's language as the reader's own region writes it: `en` on a British computer is `en-GB`. */
export function regional(locale: string, wanted: readonly string[]): string {
  return wanted.find((tag) => tag === locale || tag.startsWith(`${locale}-`)) ?? locale
}

function createFormat(locale: string): Format {
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' })
  const shortDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
  const dayAndYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric' })
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const count = new Intl.NumberFormat(locale)
  return {
    time: (iso) => time.format(new Date(iso)),
    date(iso) {
      const date = new Date(iso)
      return (date.getFullYear() === new Date().getFullYear() ? day : dayAndYear).format(date)
    },
    brief(iso) {
      const date = new Date(iso)
      return (date.toDateString() === new Date().toDateString() ? time : shortDay).format(date)
    },
    moment: (iso) => moment.format(new Date(iso)),
    daysAgo: (iso) => relative.format(-daysSince(new Date(iso)), 'day'),
    ago: (value, unit) => relative.format(-value, unit),
    count: (value) => count.format(value),
  }
}

/** Nights between then and now: a day of 23 or 25 hours counts as one. */
function daysSince(then: Date): number {
  const midnight = new Date()
  midnight.setHours(0, 0, 0, 0)
  const thatMidnight = new Date(then).setHours(0, 0, 0, 0)
  return Math.round((midnight.getTime() - thatMidnight) / 86_400_000)
}
