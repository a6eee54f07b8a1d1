import type { Operation } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorCode } from '../error-code.ts'
import { FakeSocket } from './fake-socket.ts'
import { LazyLine } from './lazy-line.ts'
import * as code from './own-line.ts'

let line: LazyLine
let loads: { come(): void; fail(): void }[]

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  loads = []
  line = new LazyLine(
    {
      url: 'ws://desk/trpc',
      hasSession: () => true,
      connectionParams: null,
      WebSocket: FakeSocket,
      random: () => 0.5,
      askServer: async () => 'alive',
      http: { url: 'http://desk/trpc', headers: () => ({}), fetch: undefined },
      calls: () => () => {
        throw new Error('Nothing goes by HTTP here.')
      },
      fallback: false,
    },
    () =>
      new Promise((resolve, reject) => {
        loads.push({ come: () => resolve(code), fail: () => reject(new TypeError('Failed to fetch')) })
      }),
  )
})

afterEach(() => {
  line.end('closed')
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const kind = () => line.state.getSnapshot().kind

/** Runs a call; what becomes of it is written down. */
function run(type: Operation['type'] = 'query') {
  const heard: unknown[] = []
  const op: Operation = { id: 1, type, path: 'chats.page', input: {}, context: {}, signal: null }
  const subscription = line.route.run(op).subscribe({
    next: ({ result }) => heard.push(result),
    error: (error) => heard.push(errorCode(error)),
    complete: () => heard.push('done'),
  })
  return { heard, stop: () => subscription.unsubscribe() }
}

describe('LazyLine', () => {
  test('[SDK-25] what is asked before the code is here leaves when it comes, and what was given up does not', async () => {
    line.open()
    const given = run()
    run()
    given.stop()
    await tick()
    expect([kind(), loads.length, FakeSocket.made.length]).toEqual(['connecting', 1, 0])
    loads[0]?.come()
    await tick()
    expect(kind()).toBe('connecting')
    FakeSocket.made[0]?.accept()
    await tick()
    expect(kind()).toBe('online')
    const sent = FakeSocket.made[0]?.sent.flatMap((text) => JSON.parse(String(text)))
    expect(sent?.filter(({ method }) => method === 'query')).toHaveLength(1)
  })

  test('[SDK-25] code that cannot be loaded is a line that is away, and is tried again', async () => {
    line.open()
    loads[0]?.fail()
    await tick()
    expect(line.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 0 })
    await tick(500)
    expect([kind(), loads.length]).toEqual(['connecting', 2])
    loads[1]?.fail()
    await tick()
    expect(line.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 1 })
    line.retryNow()
    await tick()
    expect(loads).toHaveLength(3)
    loads[2]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-25] a session that ends before the code is here ends what waits, and opens nothing', async () => {
    line.open()
    const [call, stream] = [run(), run('subscription')]
    line.end('unauthenticated')
    expect([call.heard, stream.heard]).toEqual([['unauthenticated'], ['done']])
    expect(run().heard).toEqual(['unauthenticated'])
    line.open()
    loads[0]?.come()
    await tick(60_000)
    expect(line.state.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(run().heard).toEqual(['unauthenticated'])
    expect([loads.length, FakeSocket.made.length]).toEqual([1, 0])
  })

  test('[SDK-25] another session takes nothing over from the one before', async () => {
    line.open()
    const call = run()
    line.renew()
    expect([kind(), call.heard]).toEqual(['idle', [null]])
    loads[0]?.fail()
    await tick(60_000)
    expect([kind(), loads.length]).toEqual(['idle', 1])
    line.open()
    loads[1]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })
})
