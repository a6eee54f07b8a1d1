import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeSocket } from '../testing/fake-socket.ts'
import { type ServerAnswer, SocketConnection } from './socket-connection.ts'

let connection: SocketConnection
let answer: ServerAnswer
let asked: number

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  answer = 'silent'
  asked = 0
  connection = new SocketConnection({
    url: () => 'ws://fake/trpc',
    hasSession: () => true,
    connectionParams: () => ({ token: 'token' }),
    WebSocket: FakeSocket,
    random: () => 0.999_999,
    askServer: async () => {
      asked += 1
      return answer
    },
    prepareHttp: null,
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  connection.end('closed')
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

async function open(): Promise<void> {
  connection.socket()
  await tick()
  FakeSocket.newest().accept()
  await tick()
}

describe('SocketConnection', () => {
  test('[SDK-4] nothing is opened before it is needed', async () => {
    await tick(60_000)
    expect(FakeSocket.made).toHaveLength(0)
    expect(connection.state.getSnapshot()).toEqual({ kind: 'idle' })
    await open()
    expect(connection.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
  })

  test('[SDK-4] failed attempts wait up to growing bounds', async () => {
    connection.socket()
    await tick()
    for (const [attempt, bound] of [
      1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ].entries()) {
      FakeSocket.newest().refuse()
      await tick()
      expect(connection.state.getSnapshot()).toEqual({ kind: 'waiting', attempt, retryAt: Date.now() + bound - 1 })
      const made = FakeSocket.made.length
      await tick(bound - 2)
      expect(FakeSocket.made).toHaveLength(made)
      await tick(2)
      expect(FakeSocket.made).toHaveLength(made + 1)
    }
  })

  test('[SDK-4] only a result resets the backoff: a server may accept and close at once', async () => {
    await open()
    FakeSocket.newest().drop(1011)
    await tick(1_000)
    FakeSocket.newest().accept()
    await tick()
    FakeSocket.newest().drop(1011)
    await tick()
    expect(connection.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 1 })
    await tick(1_000)
    FakeSocket.newest().accept()
    FakeSocket.newest().say('{"id":1,"result":{"type":"started"}}')
    FakeSocket.newest().drop(1012)
    await tick()
    expect(connection.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 0 })
  })

  test('[SDK-4] a wait can be cut short', async () => {
    await open()
    FakeSocket.newest().drop(1012)
    await tick()
    expect(connection.state.getSnapshot().kind).toBe('waiting')
    connection.retryNow()
    await tick()
    expect(connection.state.getSnapshot().kind).toBe('connecting')
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-4] a server that asks to move is left at once, and further attempts wait', async () => {
    await open()
    FakeSocket.newest().say('{"id":1,"result":{"type":"started"}}')
    FakeSocket.newest().say('{"id":null,"method":"reconnect"}')
    await tick(5)
    expect(FakeSocket.made).toHaveLength(2)
    expect(connection.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
    FakeSocket.newest().refuse()
    await tick(500)
    expect(FakeSocket.made).toHaveLength(2)
    await tick(510)
    expect(FakeSocket.made).toHaveLength(3)
  })

  test.each([
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4400, 'protocol'],
  ])('[SDK-6] after close code %i nothing is retried', async (code, reason) => {
    await open()
    FakeSocket.newest().drop(code)
    await tick(120_000)
    expect(connection.state.getSnapshot()).toEqual({ kind: 'ended', reason })
    expect(FakeSocket.made).toHaveLength(1)
    expect(connection.socket()).toBeNull()
  })

  test.each([1001, 1006, 1012, 4008, 4029])('[SDK-6] after close code %i the connection reconnects', async (code) => {
    await open()
    FakeSocket.newest().drop(code)
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-6] after a refused upgrade the server is asked whether the session has ended', async () => {
    connection.socket()
    await tick()
    FakeSocket.newest().refuse()
    await tick()
    expect(asked).toBe(1)
    expect(connection.state.getSnapshot().kind).toBe('waiting')
    answer = 'unauthenticated'
    await tick(1_000)
    FakeSocket.newest().refuse()
    await tick(120_000)
    expect(connection.state.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-6] a new session opens a new socket', async () => {
    await open()
    FakeSocket.newest().drop(4401)
    await tick()
    connection.renew()
    expect(connection.state.getSnapshot()).toEqual({ kind: 'idle' })
    await open()
    expect(connection.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
  })

  test('[SDK-8] a socket that does not answer after waking is closed', async () => {
    await open()
    FakeSocket.newest().say('{"id":1,"result":{"type":"started"}}')
    FakeSocket.newest().mute()
    connection.wake()
    await tick(3_000)
    expect(connection.state.getSnapshot().kind).toBe('online')
    await tick(1_010)
    expect(connection.state.getSnapshot().kind).toBe('waiting')
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-23] while offline a silent socket is closed within a second, and one that answers is kept', async () => {
    await open()
    FakeSocket.newest().say('{"id":1,"result":{"type":"started"}}')
    vi.stubGlobal('navigator', { onLine: false })
    connection.probe()
    FakeSocket.newest().say('PONG')
    await tick(5_000)
    expect(connection.state.getSnapshot().kind).toBe('online')
    FakeSocket.newest().mute()
    connection.probe()
    await tick(1_000)
    expect(connection.state.getSnapshot().kind).toBe('waiting')
  })

  test('[SDK-8] a socket that answers after waking is kept', async () => {
    await open()
    connection.wake()
    FakeSocket.newest().say('PONG')
    await tick(10_000)
    expect(connection.state.getSnapshot().kind).toBe('online')
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-8] an upgrade that is never answered is closed', async () => {
    connection.socket()
    await tick()
    FakeSocket.newest().mute()
    await tick(11_010)
    expect(connection.state.getSnapshot().kind).toBe('waiting')
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-16] retryNow does not wait for an upgrade that is never answered', async () => {
    connection.socket()
    await tick()
    FakeSocket.newest().mute()
    await tick(1_000)
    connection.retryNow()
    await tick(400)
    expect(FakeSocket.made).toHaveLength(1)
    await tick(1_200)
    expect(FakeSocket.made).toHaveLength(2)
    FakeSocket.newest().accept()
    await tick(20_000)
    expect(connection.state.getSnapshot().kind).toBe('online')
    expect(FakeSocket.made).toHaveLength(2)
  })
})
