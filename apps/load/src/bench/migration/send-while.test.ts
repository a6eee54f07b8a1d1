import { EventEmitter, once } from 'node:events'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { sendWhile } from './send-while.ts'

test('[BENCH-6] a server that stands still keeps no send back, and refused sends are counted', async () => {
  const answers = new EventEmitter()
  const answered = once(answers, 'open')
  let calls = 0
  const send = async () => {
    calls += 1
    await answered
    if (calls % 2 === 0) throw new Error('unavailable')
  }
  const report = await sendWhile({ send, perSecond: 1_000 }, async () => {
    await waitFor(() => calls >= 100)
    answers.emit('open')
  })
  expect(calls).toBeGreaterThanOrEqual(100)
  expect(report.acknowledged + report.refused).toBe(calls)
  expect(report.max).toBeGreaterThan(50)
})
