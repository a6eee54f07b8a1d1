import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { SessionWatch } from './session-watch.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore()
})
afterAll(() => fresh.drop())

const connection = () => ({ endSession: vi.fn() })

test('[AUTH-5] a session that ends ends each of its open connections once, and none that has closed', async () => {
  const { core } = fresh
  const watch = new SessionWatch(core, 60_000)
  const [closed, open, alone] = [connection(), connection(), connection()]
  watch.add(1, closed)
  watch.add(1, open)
  watch.add(2, alone)
  watch.remove(1, closed)
  watch.remove(2, alone)
  for (const sessionId of [2, 1, 1]) core.bus.publish({ t: 'session', sessionId })
  await vi.waitFor(() => expect(open.endSession).toHaveBeenCalled())
  expect([closed, open, alone].map(({ endSession }) => endSession.mock.calls.length)).toEqual([0, 1, 0])
  watch.stop()
})
