import { afterEach, expect, test, vi } from 'vitest'
import { calendarDay, daysBetween, todayStore } from './day-clock.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

/** Returns the days that a day separator counts, for a reader in this zone. */
function daysAgo(zone: string, then: string, now: string): number {
  vi.stubEnv('TZ', zone)
  return daysBetween(calendarDay(then), calendarDay(now))
}

test.each([
  // The clock goes forward on 29 March, and back on 25 October.
  ['Europe/Berlin', '2026-03-28T23:30:00+01:00', '2026-03-29T23:59:00+02:00', 1],
  ['Europe/Berlin', '2026-03-29T00:10:00+01:00', '2026-03-30T00:05:00+02:00', 1],
  ['Europe/Berlin', '2026-10-24T23:50:00+02:00', '2026-10-25T23:50:00+01:00', 1],
  ['Europe/Berlin', '2026-10-25T00:10:00+02:00', '2026-10-25T23:50:00+01:00', 0],
  ['Europe/Berlin', '2026-10-24T00:10:00+02:00', '2026-10-26T00:05:00+01:00', 2],
  // Midnight itself does not exist on this day.
  ['Africa/Cairo', '2026-04-23T12:00:00Z', '2026-04-24T12:00:00Z', 1],
  // 30 December 2011 does not exist.
  ['Pacific/Apia', '2011-12-29T20:00:00-10:00', '2011-12-31T01:00:00+14:00', 2],
  ['America/New_York', '2026-01-01T04:30:00Z', '2026-01-01T05:30:00Z', 1],
  ['Europe/Moscow', '2025-12-31T20:59:59Z', '2025-12-31T21:00:00Z', 1],
  ['Asia/Kathmandu', '2026-11-28T18:14:00Z', '2026-11-28T18:16:00Z', 1],
])('[WEB-38] in %s %s was the right number of days before %s', (zone, then, ...[now, expected]) => {
  expect(daysAgo(zone, then, now)).toBe(expected)
})

/** Records what subscribers of the day are notified of. */
function follow(zone: string, now: string) {
  vi.stubEnv('TZ', zone)
  vi.stubGlobal('window', new EventTarget())
  vi.useFakeTimers({ now: Date.parse(now) })
  const days: string[] = []
  const leave = todayStore.subscribe(() => {
    const { day, zone: there } = todayStore.getSnapshot()
    days.push(`${day} ${there}`)
  })
  return { days, leave }
}

test('[WEB-38] the day changes at the reader’s own midnight', () => {
  const { days, leave } = follow('Europe/Moscow', '2026-11-28T20:58:30Z')
  vi.advanceTimersByTime(89_999)
  expect(days).toEqual([])
  vi.advanceTimersByTime(1)
  expect(days).toEqual(['2026-11-29 Europe/Moscow'])
  vi.advanceTimersByTime(86_400_000)
  expect(days).toHaveLength(2)
  leave()
  expect(vi.getTimerCount()).toBe(0)
})

test.each(['visibilitychange', 'focus', 'pageshow', 'resume'])(
  '[WEB-38] the day and the zone are checked again on %s',
  (name) => {
    const { days, leave } = follow('Europe/Moscow', '2026-11-28T12:00:00Z')
    // A component that renders first must not suppress the notification of the others.
    vi.setSystemTime('2026-11-29T09:00:00Z')
    expect(todayStore.getSnapshot().day).toBe('2026-11-29')
    window.dispatchEvent(new Event(name))
    vi.stubEnv('TZ', 'America/New_York')
    window.dispatchEvent(new Event(name))
    expect(days).toEqual(['2026-11-29 Europe/Moscow', '2026-11-29 America/New_York'])
    leave()
  },
)
