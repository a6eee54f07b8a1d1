import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeSocket } from '../testing/fake-socket.ts'
import { type ServerAnswer, SocketConnection } from './socket-connection.ts'

const overHttp = { kind: 'online', via: 'http' }
const bySocket = { kind: 'online', via: 'socket' }

let connection: SocketConnection
let answer: ServerAnswer
let prepared: number

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  answer = 'alive'
  prepared = 0
  connection = new SocketConnection({
    url: () => 'ws://fake/trpc',
    hasSession: () => true,
    connectionParams: null,
    WebSocket: FakeSocket,
    random: () => 0.5,
    askServer: async () => answer,
    prepareHttp: async () => {
      prepared += 1
    },
  })
})

afterEach(async () => {
  connection.end('closed')
  const [sockets, questions] = [FakeSocket.made.length, prepared]
  // An ended connection tries nothing more. Timers are not counted: other files of this worker may have left some.
  await tick(300_000)
  expect([FakeSocket.made.length, prepared]).toEqual([sockets, questions])
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const state = () => connection.state.getSnapshot()

async function refuse(times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) {
    FakeSocket.newest().refuse()
    await tick(each + 1 < times ? 500 : 0)
  }
}

async function blocked(): Promise<void> {
  connection.socket()
  await tick()
  await refuse(3)
  expect(state()).toEqual(overHttp)
}

/** Makes the newest socket work. */
async function work(): Promise<void> {
  FakeSocket.newest().accept()
  FakeSocket.newest().say('PONG')
  await tick()
  expect(state()).toEqual(bySocket)
}

describe('a connection where sockets are blocked', () => {
  test('[SDK-15] after three refused sockets the connection is online over HTTP, if the server answers', async () => {
    connection.socket()
    await tick()
    await refuse(2)
    expect(state().kind).toBe('waiting')
    expect(prepared).toBe(0)
    await tick(500)
    await refuse(1)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] a server that does not answer is retried, without HTTP', async () => {
    answer = 'silent'
    connection.socket()
    await tick()
    await refuse(5)
    await tick(60_000)
    expect(state()).not.toEqual(overHttp)
    expect(prepared).toBe(0)
  })

  test('[SDK-15] an upgrade or a ping without an answer leads to HTTP after seconds', async () => {
    connection.socket()
    await tick(5_010)
    expect(state()).toEqual(overHttp)
    connection.renew()
    connection.wake({ newNetwork: true })
    connection.socket()
    await tick()
    FakeSocket.newest().accept()
    await tick(7_010)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] where a socket has worked, a restart does not lead to HTTP at once', async () => {
    connection.socket()
    await tick()
    await work()
    FakeSocket.newest().drop(1012)
    await tick(500)
    await refuse(4)
    await tick(1_000)
    await work()
    FakeSocket.newest().drop(1006)
    await tick(500)
    for (let each = 0; each < 40; each += 1) {
      if (FakeSocket.newest().readyState === FakeSocket.newest().CONNECTING) FakeSocket.newest().refuse()
      await tick(1_000)
    }
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] the socket is tried every minute, and used again when it receives something', async () => {
    await blocked()
    const made = FakeSocket.made.length
    await tick(59_000)
    expect(FakeSocket.made).toHaveLength(made)
    await tick(1_010)
    expect(FakeSocket.made).toHaveLength(made + 1)
    FakeSocket.newest().accept()
    await tick(1_000)
    expect(state()).toEqual(overHttp)
    FakeSocket.newest().say('PONG')
    await tick()
    expect(state()).toEqual(bySocket)
  })

  test('[SDK-15] when HTTP breaks too, both are tried, and HTTP is back without the first delay', async () => {
    await blocked()
    connection.httpLost()
    expect(state().kind).toBe('connecting')
    await tick(600)
    expect(state()).toEqual(overHttp)
    answer = 'silent'
    connection.httpLost()
    await tick(600)
    FakeSocket.newest().refuse()
    await tick()
    expect(state().kind).toBe('waiting')
    answer = 'alive'
    await tick(1_000)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-16] waking reconnects a connection over HTTP at once', async () => {
    await blocked()
    const seen: string[] = []
    connection.state.subscribe(() => seen.push(state().kind))
    connection.wake()
    await tick()
    expect(seen).toEqual(['connecting', 'online'])
  })

  test('[SDK-16] a session that ended while the machine slept ends the connection over HTTP too', async () => {
    await blocked()
    answer = 'unauthenticated'
    connection.wake()
    await tick()
    expect(state()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
  })
})
