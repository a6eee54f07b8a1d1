import { retry, type Sdk } from '@deskbell/sdk'
import { OfflineError } from '../../../lib/offline-error.ts'

const limitMs = 10_000

export type AskOptions = {
  /** Cancels the call when the user has left. */
  readonly signal?: AbortSignal
}

/**
 * Makes a change that the user asked for: within ten seconds, or not at all. It fails at once without a connection, and
 * is aborted without an answer, so that nothing happens when the user no longer expects it. Only for calls that are
 * safe to repeat.
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
    return await retry(() => call(ended.signal), { signal: ended.signal })
  } finally {
    clearTimeout(timer)
    left?.removeEventListener('abort', end)
  }
}
