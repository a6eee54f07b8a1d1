import type { ConnectionState } from '@deskbell/sdk'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OfflineError } from '../../../lib/offline-error.ts'
import { askNow } from './ask-now.ts'

const online: ConnectionState = { kind: 'online', via: 'socket' }
const retryNow = vi.fn()

function line(state: ConnectionState) {
  return { connection: { getSnapshot: () => state, subscribe: () => () => {} }, retryNow }
}

/** A call that gets no answer until it is aborted. */
const unanswered = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')))
  })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('navigator', { onLine: true })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('[WEB-54] without a connection no call is made, and the connection is retried at once', async () => {
  const call = vi.fn(unanswered)
  const waiting: ConnectionState = { kind: 'waiting', attempt: 1, retryAt: 0 }
  await expect(askNow(line(waiting), call)).rejects.toThrow(OfflineError)
  vi.stubGlobal('navigator', { onLine: false })
  await expect(askNow(line(online), call)).rejects.toThrow(OfflineError)
  expect(call).not.toHaveBeenCalled()
  expect(retryNow).toHaveBeenCalledTimes(2)
})

test('[WEB-54] a call without an answer is aborted after ten seconds', async () => {
  const call = vi.fn(unanswered)
  const outcome = askNow(line(online), call).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(9_999)
  expect(call.mock.calls[0]?.[0].aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(await outcome).toBeInstanceOf(Error)
  expect(call.mock.calls[0]?.[0].aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(call).toHaveBeenCalledTimes(1)
})

test('[WEB-54] a busy server is asked again, one that refuses is not, and leaving aborts the call', async () => {
  const busy = vi
    .fn()
    .mockRejectedValueOnce({ data: { code: 'unavailable' } })
    .mockResolvedValue('done')
  const outcome = askNow(line(online), busy)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await outcome).toBe('done')
  const refused = { data: { code: 'forbidden' } }
  await expect(askNow(line(online), () => Promise.reject(refused))).rejects.toBe(refused)
  const left = new AbortController()
  const given = askNow(line(online), unanswered, { signal: left.signal }).catch((error: unknown) => error)
  left.abort()
  expect(await given).toBeInstanceOf(Error)
})
