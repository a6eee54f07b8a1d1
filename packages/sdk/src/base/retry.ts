import { errorCode, isFinal, retryAfterMs } from './errors.ts'
import type { Store } from './store.ts'

/** When a repeated call is given up, and what shortens its waits. */
export type RetryOptions = {
  /** Stops retrying: nothing is called any more, and the promise rejects with the last error. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds after which no further attempt begins. Default: no limit. */
  readonly patienceMs?: number
  /** A wait ends when this connection is online. */
  readonly connection?: Store<{ readonly kind: string }> | undefined
  readonly random?: () => number
}

/**
 * Repeats `call` until it succeeds, with backoff and jitter as for the connection, or after the pause that the server
 * asks for. Rejects with the last error if that is final, or if `signal` or `patienceMs` ends it. Only for calls that
 * are safe to repeat.
 */
export async function retry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, patienceMs = Number.POSITIVE_INFINITY, connection, random = Math.random } = options
  const endAt = performance.now() + patienceMs
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      const delayMs = Math.max(retryAfterMs(error), retryDelayMs(attempt, random))
      const isOver = signal?.aborted || isFinal(errorCode(error)) || performance.now() + delayMs > endAt
      if (isOver || !(await waited(delayMs, { signal, connection }))) throw error
    }
  }
}

/** Waits, at most until the connection is online. Resolves with false if the signal was aborted meanwhile. */
async function waited(
  ms: number,
  { signal, connection }: Pick<RetryOptions, 'signal' | 'connection'>,
): Promise<boolean> {
  const { over, cut } = pause(ms)
  const unsubscribe = connection?.subscribe(() => connection.getSnapshot().kind === 'online' && cut())
  signal?.addEventListener('abort', cut)
  await over
  signal?.removeEventListener('abort', cut)
  unsubscribe?.()
  return signal?.aborted !== true
}

/** A wait that can be cut short. */
export type Pause = {
  /** Resolves after the wait, or at once when it is cut. */
  readonly over: Promise<void>
  cut(): void
}

export function pause(ms: number): Pause {
  let cut = () => {}
  const over = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    cut = () => {
      clearTimeout(timer)
      resolve()
    }
  })
  return { over, cut: () => cut() }
}

const firstMs = 1_000
const mostMs = 20_000
/** The number of waits that have the first bound. */
const firstWaits = 6

/**
 * Returns the milliseconds to wait before attempt `index` (from 0): full jitter under a growing bound.
 *
 * The first wait has jitter too, because a restarted server loses all its clients at one moment. The bound stays
 * constant before it grows: of the clients that reconnect to a server which is away for a second, one in 25 has failed
 * four times by then, and a longer wait would delay them. One in 700 has failed more than six times.
 */
export function retryDelayMs(index: number, random: () => number): number {
  return Math.floor(random() * retryBoundMs(index))
}

/** Returns the exclusive upper bound of the wait before attempt `index`, in milliseconds. */
export function retryBoundMs(index: number): number {
  const doublings = Math.min(Math.max(0, index + 1 - firstWaits), 16)
  return Math.min(mostMs, firstMs * 2 ** doublings)
}
