import { expect, test } from 'vitest'
import { createServerTime } from './server-time.ts'

const hourMs = 3_600_000
const serverNow = Date.parse('2026-11-28T12:00:00Z')
const iso = (ms: number) => new Date(ms).toISOString()

test.each([-48 * hourMs, -hourMs, 0, hourMs, 48 * hourMs])(
  '[WEB-43] a device whose clock is off by %d ms learns the server’s time from a fresh entry',
  (offMs) => {
    const time = createServerTime(() => serverNow + offMs)
    time.note(iso(serverNow - 5_000 * hourMs), false)
    time.note(iso(serverNow - 300), true)
    expect(Math.abs(time.now() - serverNow)).toBeLessThanOrEqual(10_000)
  },
)

test('[WEB-43] history corrects a slow clock, and does not change a right one', () => {
  const slow = createServerTime(() => serverNow - hourMs)
  slow.note(iso(serverNow - 60_000), false)
  expect(slow.now()).toBe(serverNow - 60_000)
  const right = createServerTime(() => serverNow)
  right.note(iso(serverNow - 100 * hourMs), false)
  expect(right.now()).toBe(serverNow)
})

test('[WEB-43] the next message shows that a clock was set', () => {
  let offMs = 0
  const time = createServerTime(() => serverNow + offMs)
  time.note(iso(serverNow), true)
  offMs = -hourMs
  time.note(iso(serverNow), false)
  expect(time.now()).toBe(serverNow)
})
