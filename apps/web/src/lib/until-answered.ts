import { isFinal } from './error-code.ts'

const retryMs = 2_000

/**
 * Asks again until the call is answered; rejects when it is refused for good, or nobody waits any more.
 * Only for calls that may be repeated.
 */
export async function untilAnswered<T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  while (true) {
    try {
      return await call(signal)
    } catch (error) {
      if (signal.aborted || isFinal(error)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
    signal.throwIfAborted()
  }
}
