import type { Operation } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeSocket } from './connection/fake-socket.ts'
import { nothingNext } from './connection/route.ts'
import { createAccess, type LoadedAccess } from './create-access.ts'
import { errorCode } from './error-code.ts'
import { LazyAccess } from './lazy-access.ts'
import { Session } from './session.ts'

let access: LazyAccess
let loads: { come(): void; fail(): void }[]

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  loads = []
  const options = { url: 'http://desk', token: 'secret', WebSocket: FakeSocket, random: () => 0.5, fetch: answer }
  const made = () => createAccess(options, { session: new Session(options), askServer: async () => 'alive' })
  const load = () =>
    new Promise<LoadedAccess>((resolve, reject) => {
      loads.push({ come: () => resolve(made()), fail: () => reject(new TypeError('Failed to fetch')) })
    })
  access = new LazyAccess(load, () => 0.5)
})

const answer: typeof fetch = async () => Response.json({ result: { data: 'by http' } })

afterEach(() => {
  access.end('closed')
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const kind = () => access.state.getSnapshot().kind

/** Runs a call; what becomes of it is written down. */
function run(op: Partial<Operation> = {}) {
  const heard: unknown[] = []
  const asked: Operation = { id: 1, type: 'query', path: 'chats.page', input: {}, context: {}, signal: null, ...op }
  const subscription = access
    .link({})({ op: asked, next: nothingNext })
    .subscribe({
      next: ({ result }) => heard.push(result),
      error: (error) => heard.push(errorCode(error)),
      complete: () => heard.push('done'),
    })
  return { heard, stop: () => subscription.unsubscribe() }
}

describe('LazyAccess', () => {
  test('[SDK-25] what is asked before the code is here leaves when it comes, and what was given up does not', async () => {
    access.connect()
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
    access.connect()
    loads[0]?.fail()
    await tick()
    expect(access.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 0 })
    await tick(500)
    expect([kind(), loads.length]).toEqual(['connecting', 2])
    loads[1]?.fail()
    await tick()
    expect(access.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 1 })
    access.retryNow()
    await tick()
    expect(loads).toHaveLength(3)
    loads[2]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-25] a session that ends before the code is here ends what waits, and opens nothing', async () => {
    access.connect()
    const [call, stream] = [run(), run({ type: 'subscription' })]
    access.end('unauthenticated')
    expect([call.heard, stream.heard]).toEqual([['unauthenticated'], ['done']])
    expect(run().heard).toEqual(['unauthenticated'])
    access.connect()
    loads[0]?.come()
    await tick(60_000)
    expect(access.state.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(run().heard).toEqual(['unauthenticated'])
    expect([loads.length, FakeSocket.made.length]).toEqual([1, 0])
  })

  test('[SDK-25] another session takes nothing over from the one before', async () => {
    access.connect()
    const call = run()
    access.renew()
    expect([kind(), call.heard]).toEqual(['idle', [null]])
    loads[0]?.fail()
    await tick(60_000)
    expect([kind(), loads.length]).toEqual(['idle', 1])
    access.connect()
    loads[1]?.come()
    await tick()
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-25] a call by HTTP opens no line, fails as without a network, and outlives the end of a session', async () => {
    const failed = run({ path: 'users.me' })
    expect(kind()).toBe('idle')
    loads[0]?.fail()
    await tick(60_000)
    expect([failed.heard, loads.length, kind()]).toEqual([[null], 1, 'idle'])
    access.end('unauthenticated')
    const signIn = run({ path: 'users.login', type: 'mutation' })
    loads[1]?.come()
    await tick()
    expect(signIn.heard).toEqual([{ data: 'by http' }, 'done'])
    expect(FakeSocket.made).toHaveLength(0)
  })

  test('[SDK-25] a call whose time is over while the code is away is given up', async () => {
    const controller = new AbortController()
    const call = run({ signal: controller.signal })
    controller.abort()
    expect(call.heard).toEqual(['done'])
    loads[0]?.come()
    await tick()
    const sent = FakeSocket.made[0]?.sent ?? []
    expect(sent.some((text) => String(text).includes('chats.page'))).toBe(false)
  })
})
