import { useStore } from '@deskbell/sdk/react'

/** The reader's calendar day and time zone. */
export type Today = { readonly day: CalendarDay; readonly zone: string }

/** Such as `2026-03-01`; a later day compares as a greater string. */
export type CalendarDay = string

/** Returns the calendar day of a time, in the reader's own time zone. */
export function calendarDay(at: Date | string): CalendarDay {
  const date = new Date(at)
  const [month, day] = [date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'))
  return `${date.getFullYear()}-${month}-${day}`
}

/** Returns the number of calendar days between two days, however many hours they have. */
export function daysBetween(earlier: CalendarDay, later: CalendarDay): number {
  return Math.round((Date.parse(later) - Date.parse(earlier)) / 86_400_000)
}

/** Returns the current day, and re-renders the component when the day or the time zone changes. */
export function useToday(): Today {
  return useStore(todayStore)
}

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setTimeout> | undefined
let today: Today & Day = { day: '', zone: '', startsMs: 0, endsMs: 0 }
let published: Today = today

type Day = { readonly startsMs: number; readonly endsMs: number }

/** Called in every render of every row, so it computes the day again only when the known one is over. */
function readToday(): Today {
  const now = Date.now()
  return now >= today.startsMs && now < today.endsMs ? today : renewToday()
}

function renewToday(): Today {
  const now = new Date()
  const day = calendarDay(now)
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions()
  if (day !== today.day || zone !== today.zone) {
    const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()]
    const startsMs = new Date(year, month, date).getTime()
    today = { day, zone, startsMs, endsMs: new Date(year, month, date + 1).getTime() }
  }
  return today
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) start()
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) stop()
  }
}

/** Check on these events too: a timer stops while the machine sleeps, and may be late in a hidden page. */
const returnEvents = ['visibilitychange', 'focus', 'pageshow', 'resume'] as const
const longestWaitMs = 60_000

function start(): void {
  published = renewToday()
  // In the capturing phase, because `visibilitychange` and `resume` are events of the document.
  for (const name of returnEvents) window.addEventListener(name, check, true)
  wait()
}

function stop(): void {
  for (const name of returnEvents) window.removeEventListener(name, check, true)
  clearTimeout(timer)
}

function check(): void {
  const now = renewToday()
  if (now === published) return
  published = now
  for (const listener of [...listeners]) listener()
}

function wait(): void {
  const untilMidnightMs = Math.max(today.endsMs - Date.now(), 1)
  timer = setTimeout(
    () => {
      check()
      wait()
    },
    Math.min(untilMidnightMs, longestWaitMs),
  )
}

export const todayStore = { getSnapshot: readToday, subscribe }

export type Ago = { readonly value: number; readonly unit: 'minute' | 'hour' | 'day' }

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Returns the elapsed time in the largest unit that fits. Null: less than a minute, or the other clock is ahead. */
export function timeAgo(thenMs: number, nowMs: number): Ago | null {
  const ms = nowMs - thenMs
  if (ms < minuteMs) return null
  if (ms < hourMs) return { value: Math.floor(ms / minuteMs), unit: 'minute' }
  if (ms < dayMs) return { value: Math.floor(ms / hourMs), unit: 'hour' }
  return { value: Math.floor(ms / dayMs), unit: 'day' }
}
