import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StreamEnded, StreamWait } from './stream-wait.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('[LIVE-12] one abort listener serves all waits of a stream, and dispose removes it', async () => {
  const end = new AbortController()
  const wait = new StreamWait(end.signal)
  for (let n = 0; n < 50; n += 1) {
    await wait.until(Promise.resolve(n))
    wait.wake()
    await wait.pause()
    expect(getEventListeners(end.signal, 'abort')).toHaveLength(1)
  }
  wait.dispose()
  expect(getEventListeners(end.signal, 'abort')).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('[LIVE-12] an abort ends every kind of wait, and later waits end at once', async () => {
  for (const start of [(w: StreamWait) => w.pause(), (w: StreamWait) => w.until(new Promise(() => undefined))]) {
    const end = new AbortController()
    const wait = new StreamWait(end.signal)
    const waiting = start(wait)
    end.abort()
    await expect(waiting).rejects.toBeInstanceOf(StreamEnded)
    await expect(wait.pause()).rejects.toBeInstanceOf(StreamEnded)
    await expect(wait.until(Promise.resolve(1))).rejects.toBeInstanceOf(StreamEnded)
    expect(vi.getTimerCount()).toBe(0)
  }
})

test('[LIVE-12] an abort between two waits ends the second one', async () => {
  const end = new AbortController()
  const wait = new StreamWait(end.signal)
  const second = wait.until(Promise.resolve()).then(() => wait.until(new Promise(() => undefined)))
  await Promise.resolve()
  setTimeout(() => end.abort(), 1)
  await Promise.all([expect(second).rejects.toBeInstanceOf(StreamEnded), vi.advanceTimersByTimeAsync(2)])
})

test('[LIVE-2] a wake before the pause ends it at once', async () => {
  const wait = new StreamWait(new AbortController().signal)
  wait.wake()
  await wait.pause()
  let woken = false
  const paused = wait.pause().then(() => (woken = true))
  await Promise.resolve()
  expect(woken).toBe(false)
  wait.wake()
  await paused
})

test('[LIVE-12] an error of the awaited work is thrown, and after an abort it becomes StreamEnded', async () => {
  const end = new AbortController()
  const wait = new StreamWait(end.signal)
  await expect(wait.until(Promise.reject(new Error('away')))).rejects.toThrow('away')
  end.abort()
  await expect(wait.until(Promise.reject(new Error('late')))).rejects.toBeInstanceOf(StreamEnded)
})
