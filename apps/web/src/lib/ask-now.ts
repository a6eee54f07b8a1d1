import type { Sdk } from '@deskbell/sdk'
import { isFinal } from './error-code.ts'
import { OfflineError } from './offline-error.ts'

const limitMs = 10_000
const retryMs = 1_000

export type AskOptions = {
  /** Gives it up: whoever asked has left. */
  readonly signal?: AbortSignal
}

/**
 * Makes a change that somebody asked for by a press: within ten seconds, or not at all. Without a line it is refused
 * at once, and without an answer it is given up, so that nothing happens when nobody expects it any more.
 * Only for calls that may be repeated.
 */
export async function askNow<T>(
  sdk: Pick<Sdk, 'connection' | 'retryNow'>,
  call: (signal: AbortSignal) => Promise<T>,
  { signal: left }: AskOptions = {},
): Promise<T> {
  if (sdk.connection.getSnapshot().kind !== 'online' || !navigator.onLine) {
    sdk.retryNow()
    throw new OfflineError('There is no connection.')
  }
  const ended = new AbortController()
  const end = () => ended.abort()
  const timer = setTimeout(end, limitMs)
  left?.addEventListener('abort', end)
  try {
    return await callUntilAnswered(call, ended.signal)
  } finally {
    clearTimeout(timer)
    left?.removeEventListener('abort', end)
  }
}

async function callUntilAnswered<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  while (true) {
    try {
      return await call(signal)
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error
    }
    await pause(retryMs, signal)
    signal.throwIfAborted()
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
