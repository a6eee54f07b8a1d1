import { setTimeout as delay } from 'node:timers/promises'

export type WaitOptions = {
  /** 20,000 unless told. It only says when to give up: a promise about time is measured by the test that holds it. */
  timeoutMs?: number
  intervalMs?: number
  /** What is waited for, for the message of the error. */
  what?: string
}

/**
 * Asks `condition` again and again until it answers with something truthy, and returns that.
 * A condition that throws is asked again too; its last error is the cause of the time-out.
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
