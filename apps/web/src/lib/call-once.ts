import { OfflineError } from './offline-error.ts'

const limitMs = 10_000

/**
 * Makes a call that must not be repeated: within ten seconds, or not at all. It fails at once without a connection, and
 * is aborted without an answer.
 */
export async function callOnce<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (!navigator.onLine) throw new OfflineError('There is no connection.')
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), limitMs)
  try {
    return await call(ended.signal)
  } finally {
    clearTimeout(timer)
  }
}
