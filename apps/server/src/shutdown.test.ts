import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createShutdown } from './shutdown.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(stop: () => Promise<void>) {
  const exits: number[] = []
  const shutdown = createShutdown({ stop, log, exit: (code) => exits.push(code), boundMs: 10_000 })
  return { exits, shutdown }
}

const never = () => new Promise<void>(() => {})

test('[RUN-2] a stop that succeeds exits with 0, and a second request does nothing', async () => {
  const stop = vi.fn(async () => {})
  const { exits, shutdown } = setUp(stop)
  shutdown.signal('SIGTERM')
  shutdown.request('parent ended')
  await vi.runAllTimersAsync()
  expect(stop).toHaveBeenCalledOnce()
  expect(exits).toEqual([0])
})

test('[RUN-2] a stop that fails exits with 1', async () => {
  const { exits, shutdown } = setUp(() => Promise.reject(new Error('stuck')))
  shutdown.request('parent ended')
  await vi.runAllTimersAsync()
  expect(exits).toEqual([1])
})

test('[RUN-2] a stop that hangs exits with 1 at its time limit', async () => {
  const { exits, shutdown } = setUp(never)
  shutdown.signal('SIGTERM')
  await vi.advanceTimersByTimeAsync(9_999)
  expect(exits).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(exits).toEqual([1])
})

test('[RUN-2] a Ctrl-C that arrives twice counts once, and a second one later exits with 1 at once', async () => {
  const { exits, shutdown } = setUp(never)
  shutdown.signal('SIGINT')
  shutdown.signal('SIGINT')
  expect(exits).toEqual([])
  await vi.advanceTimersByTimeAsync(1_000)
  shutdown.signal('SIGINT')
  expect(exits).toEqual([1])
})
