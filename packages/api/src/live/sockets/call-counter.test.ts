import { socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'
import { expect, test } from 'vitest'
import { CallCounter } from './call-counter.ts'

test('[SOCK-4] calls and streams have separate limits, and a finished call makes room', () => {
  const counter = new CallCounter()
  for (let id = 0; id < socketCallsMax; id += 1) expect(counter.admit(id, 'mutation')).toBe('ok')
  expect(counter.admit('one more', 'query')).toBe('too_many')
  for (let nth = 0; nth < socketSubscriptionsMax; nth += 1) expect(counter.admit(`s${nth}`, 'subscription')).toBe('ok')
  expect(counter.admit('one more', 'subscription')).toBe('too_many')
  counter.settle(0)
  expect(counter.admit('one more', 'query')).toBe('ok')
})

test('[SOCK-4] a call with an id in use is refused as repeated', () => {
  const counter = new CallCounter()
  expect(counter.admit(1, 'subscription')).toBe('ok')
  expect(counter.admit(1, 'query')).toBe('repeated')
})
