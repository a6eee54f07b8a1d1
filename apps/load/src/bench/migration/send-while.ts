import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@deskbell/testkit/wait-for'
import { DelayHistogram } from '../../history/delay-histogram.ts'

export type Sending = { send: () => Promise<unknown>; perSecond: number }

/** What became of the sends that were due while something else ran. Times are in milliseconds, also of refused ones. */
export type SendReport = {
  seconds: number
  acknowledged: number
  refused: number
  /** Why the first one was refused; null if none was. */
  refusal: string | null
  p50: number
  p99: number
  max: number
}

/** Several sends a turn of the timer, when the rate is high: a timer for each would be what is measured. */
const turnMs = 4

/**
 * Sends at a steady rate until `work` is done, whether earlier sends are answered or not. A delay begins when the send is
 * due: a server that stands still must not keep the sends back that would show it.
 */
export async function sendWhile({ send, perSecond }: Sending, work: () => Promise<unknown>): Promise<SendReport> {
  const delays = new DelayHistogram()
  let acknowledged = 0
  let refused = 0
  let refusal: string | null = null
  const sendAt = async (dueAt: number) => {
    try {
      await send()
      acknowledged += 1
    } catch (error) {
      refused += 1
      refusal ??= String(error)
    }
    delays.add(performance.now() - dueAt)
  }
  const startedAt = performance.now()
  let isDone = false
  const working = work().finally(() => {
    isDone = true
  })
  let sent = 0
  while (!isDone) {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000) + 1
    for (; sent < due; sent += 1) void sendAt(startedAt + (sent * 1_000) / perSecond)
    await delay(turnMs)
  }
  const seconds = (performance.now() - startedAt) / 1_000
  await working
  await waitFor(() => delays.count === sent, { timeoutMs: 60_000, what: 'every send is answered' })
  const at = (share: number) => delays.quantile(share) ?? 0
  return { seconds, acknowledged, refused, refusal, p50: at(0.5), p99: at(0.99), max: at(1) }
}
