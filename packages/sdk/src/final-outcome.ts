import { pause } from './connection/pause.ts'
import { retryDelayMs } from './connection/retry-delay.ts'
import { errorCode, isRetryable, retryAfterMs } from './error-code.ts'
import { SdkError } from './sdk-error.ts'

export type FinalOutcomeOptions = { random: () => number; patienceMs?: number }

const patienceMsDefault = 20_000

/**
 * Calls again, as long as nobody has said yes or no: only for calls that do no harm when they come twice.
 * Rejects with `SdkError`: the server's final code, or `unavailable` when there was no answer in time.
 */
export async function finalOutcome<T>(call: () => Promise<T>, options: FinalOutcomeOptions): Promise<T> {
  const endAt = performance.now() + (options.patienceMs ?? patienceMsDefault)
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call()
    } catch (cause) {
      const code = errorCode(cause)
      if (!isRetryable(code)) throw new SdkError(code ?? 'unavailable', { cause })
      const delayMs = Math.max(retryAfterMs(cause), retryDelayMs(attempt, options.random))
      if (performance.now() + delayMs > endAt) throw new SdkError(code ?? 'unavailable', { cause })
      await pause(delayMs).over
    }
  }
}
