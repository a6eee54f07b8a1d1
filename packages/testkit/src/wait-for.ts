import { setTimeout as delay } from 'node:timers/promises'

export type WaitOptions = {
  /** Default: 20,000. It only ends a hopeless wait; a test of a time limit must measure the time itself. */
  timeoutMs?: number
  intervalMs?: number
  /** The condition in words, for the message of the error. */
  what?: string
}

/**
 * Calls `condition` repeatedly until it returns a truthy value, and returns that value.
 * A condition that throws is called again too. If the last call threw, its error is the cause of the timeout error.
 */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions = {}): Promise<T> {
  const { timeoutMs = 20_000, intervalMs = 10, what = condition.toString() } = options
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  do {
    try {
      const value = await condition()
      if (value) return value
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    await delay(intervalMs)
  } while (performance.now() < deadline)
  throw new Error(`Not within ${timeoutMs} ms: ${what}`, { cause: lastError })
}
