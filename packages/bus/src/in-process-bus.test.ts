import { expect, test } from 'vitest'
import { createInProcessBus } from './in-process-bus.ts'
import { describeBus, markHint } from './testing/bus-contract.ts'

describeBus('in-process bus', async () => {
  const bus = createInProcessBus()
  return { one: bus, other: bus, close: async () => undefined }
})

test('[BUS-3] the error of a listener is logged', () => {
  const lines: string[] = []
  const bus = createInProcessBus({ log: { warn: () => undefined, error: (_fields, line) => lines.push(line) } })
  bus.subscribe(() => {
    throw new Error('broken')
  })
  bus.publish(markHint(1))
  expect(lines).toEqual(['a bus listener failed'])
})

test('[BUS-3] a listener may end its own subscription while it is called', () => {
  const bus = createInProcessBus()
  const calls: string[] = []
  const stop = bus.subscribe(() => {
    calls.push('once')
    stop()
  })
  bus.subscribe(() => calls.push('always'))
  bus.publish(markHint(1))
  bus.publish(markHint(1))
  expect(calls).toEqual(['once', 'always', 'always'])
})
