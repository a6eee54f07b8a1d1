import type { Operation } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { errorCode } from '../base/errors.ts'
import { FakeSocket } from '../testing/fake-socket.ts'
import { nothingNext } from '../transport/transport.ts'
import { createConnection, type LoadedConnection } from './create-connection.ts'
import { LazyConnection } from './lazy-connection.ts'
import { Session } from './session.ts'

let manager: LazyConnection
let loads: { come(): void; fail(): void }[]

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  loads = []
  const options = { url: 'http://desk', token: 'secret', WebSocket: FakeSocket, random: () => 0.5, fetch: answer }
  const made = () => createConnection(options, { session: new Session(options), askServer: async () => 'alive' })
  const load = () =>
    new Promise<LoadedConnection>((resolve, reject) => {
      loads.push({ come: () => resolve(made()), fail: () => reject(new TypeError('Failed to fetch')) })
    })
  manager = new LazyConnection(load, () => 0.5)
})

const answer: typeof fetch = async () => Response.json({ result: { data: 'by http' } })

afterEach(() => {
  manager.end('closed')
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const kind = () => manager.state.getSnapshot().kind

/** Runs a call and records its results. */
function run(op: Partial<Operation> = {}) {
  const received: unknown[] = []
  const asked: Operation = { id: 1, type: 'query', path: 'chats.page', input: {}, context: {}, signal: null, ...op }
  const subscription = manager
    .link({})({ op: asked, next: nothingNext })
    .subscribe({
      next: ({ result }) => received.push(result),
      error: (error) => received.push(errorCode(error)),
      complete: () => received.push('done'),
    })
  return { received, stop: () => subscription.unsubscribe() }
}

describe('LazyConnection', () => {
  test('[SDK-25] calls made before the code is loaded are sent once it is, except stopped ones', async () => {
    manager.connect()
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

  test('[SDK-25] code that cannot be loaded counts as a lost connection, and is retried', async () => {
    manager.connect()
    loads[0]?.fail()
    await tick()
    expect(manager.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 0 })
    await tick(500)
    expect([kind(), loads.length]).toEqual(['connecting', 2])
    loads[1]?.fail()
    await tick()
    expect(manager.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 1 })
    manager.retryNow()
    await tick()
    expect(loads).toHaveLength(3)
    loads[2]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-25] a session that ends before the code is loaded ends what waits, and opens nothing', async () => {
    manager.connect()
    const [call, stream] = [run(), run({ type: 'subscription' })]
    manager.end('unauthenticated')
    expect([call.received, stream.received]).toEqual([['unauthenticated'], ['done']])
    expect(run().received).toEqual(['unauthenticated'])
    manager.connect()
    loads[0]?.come()
    await tick(60_000)
    expect(manager.state.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(run().received).toEqual(['unauthenticated'])
    expect([loads.length, FakeSocket.made.length]).toEqual([1, 0])
  })

  test('[SDK-25] a new session takes over no operations of the old one', async () => {
    manager.connect()
    const call = run()
    manager.renew()
    expect([kind(), call.received]).toEqual(['idle', [null]])
    loads[0]?.fail()
    await tick(60_000)
    expect([kind(), loads.length]).toEqual(['idle', 1])
    manager.connect()
    loads[1]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })

  test.each(['users.me', 'auth.sessions'])(
    '[SDK-25] %s opens no socket, fails without the code, and outlives the session',
    async (path) => {
      const failed = run({ path })
      expect(kind()).toBe('idle')
      loads[0]?.fail()
      await tick(60_000)
      expect([failed.received, loads.length, kind()]).toEqual([[null], 1, 'idle'])
      manager.end('unauthenticated')
      const signIn = run({ path: 'users.login', type: 'mutation' })
      loads[1]?.come()
      await tick()
      expect(signIn.received).toEqual([{ data: 'by http' }, 'done'])
      expect(FakeSocket.made).toHaveLength(0)
    },
  )

  test('[SDK-25] a call that is aborted before the code is loaded is not sent', async () => {
    const controller = new AbortController()
    const call = run({ signal: controller.signal })
    controller.abort()
    expect(call.received).toEqual(['done'])
    loads[0]?.come()
    await tick()
    const sent = FakeSocket.made[0]?.sent ?? []
    expect(sent.some((text) => String(text).includes('chats.page'))).toBe(false)
  })
})
