import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BackPressure, type Pressured } from './back-pressure.ts'

const bounds = {
  softBytes: 100,
  hardBytes: 1_000,
  softWrites: 10,
  hardWrites: 20,
  slowMs: 500,
  bytesPerSecondMin: 1_000,
  extraMsMax: 10_000,
}

class FakeSocket implements Pressured {
  queuedBytes = 0
  queuedWrites = 0
  isPaused = false
  pause() {
    this.isPaused = true
  }
  resume() {
    this.isPaused = false
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('[LIVE-13] a socket with more than 16 KB queued is busy', () => {
  const socket = new FakeSocket()
  const pressure = new BackPressure(socket, bounds, () => {})
  socket.queuedBytes = 16 * 1024
  expect(pressure.isBusy).toBe(false)
  socket.queuedBytes += 1
  expect(pressure.isBusy).toBe(true)
})

test('[SOCK-6] streams wait above the soft bound, and are released one per poll below it', async () => {
  const socket = new FakeSocket()
  const pressure = new BackPressure(socket, bounds, () => {})
  await pressure.ready()
  socket.queuedBytes = 101
  const passed: number[] = []
  for (const stream of [1, 2]) void pressure.ready().then(() => passed.push(stream))
  await vi.advanceTimersByTimeAsync(100)
  expect(passed).toEqual([])
  socket.queuedBytes = 100
  await vi.advanceTimersByTimeAsync(20)
  expect(passed).toEqual([1])
  await vi.advanceTimersByTimeAsync(20)
  expect(passed).toEqual([1, 2])
})

test('[SOCK-6] a queue that stays above the soft bound ends the socket and releases its streams', async () => {
  const socket = new FakeSocket()
  const onSlow = vi.fn()
  const pressure = new BackPressure(socket, bounds, onSlow)
  socket.queuedBytes = 500
  const waiting = pressure.ready()
  await vi.advanceTimersByTimeAsync(490)
  expect(onSlow).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(40)
  expect(onSlow).toHaveBeenCalledOnce()
  await waiting
  expect(vi.getTimerCount()).toBe(0)
})

test('[SOCK-6] above the hard bound nothing more is read, and a long response gets extra time', async () => {
  const socket = new FakeSocket()
  const onSlow = vi.fn()
  const pressure = new BackPressure(socket, bounds, onSlow)
  socket.queuedBytes = 3_000
  pressure.check()
  expect(socket.isPaused).toBe(true)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(onSlow).not.toHaveBeenCalled()
  socket.queuedBytes = 900
  await vi.advanceTimersByTimeAsync(20)
  expect(socket.isPaused).toBe(false)
  socket.queuedBytes = 0
  await vi.advanceTimersByTimeAsync(20)
  expect(vi.getTimerCount()).toBe(0)
})

test('[SOCK-19] with many writes that wait streams wait, and above the hard bound the socket ends at once', () => {
  const socket = new FakeSocket()
  const onSlow = vi.fn()
  const pressure = new BackPressure(socket, bounds, onSlow)
  socket.queuedWrites = 20
  pressure.check()
  expect([pressure.isOpen, onSlow.mock.calls.length]).toEqual([false, 0])
  socket.queuedWrites = 21
  pressure.check()
  pressure.check()
  expect(onSlow).toHaveBeenCalledOnce()
  expect(vi.getTimerCount()).toBe(0)
})

test('[LIVE-12] a closed socket leaves no timer and no stream that waits', async () => {
  const socket = new FakeSocket()
  const pressure = new BackPressure(socket, bounds, () => {})
  socket.queuedBytes = 500
  const waiting = pressure.ready()
  pressure.end()
  await waiting
  await pressure.ready()
  expect(vi.getTimerCount()).toBe(0)
})
