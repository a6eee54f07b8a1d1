import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeSocket } from './fake-socket.ts'
import { Line, type ServerAnswer } from './line.ts'

let line: Line
let answer: ServerAnswer
let asked: number

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  answer = 'silent'
  asked = 0
  line = new Line({
    url: 'ws://fake/trpc',
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
  line.end('closed')
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)

/** The newest socket. */
function newest(): FakeSocket {
  const socket = FakeSocket.made.at(-1)
  if (socket === undefined) throw new Error('No socket was made.')
  return socket
}

async function open(): Promise<void> {
  line.socket()
  await tick()
  newest().accept()
  await tick()
}

describe('Line', () => {
  test('[SDK-4] nothing is opened before it is needed', async () => {
    await tick(60_000)
    expect(FakeSocket.made).toHaveLength(0)
    expect(line.state.getSnapshot()).toEqual({ kind: 'idle' })
    await open()
    expect(line.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
  })

  test('[SDK-4] failed attempts wait longer and longer, each up to its bound', async () => {
    line.socket()
    await tick()
    for (const [attempt, bound] of [
      1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ].entries()) {
      newest().refuse()
      await tick()
      expect(line.state.getSnapshot()).toEqual({ kind: 'waiting', attempt, retryAt: Date.now() + bound - 1 })
      const made = FakeSocket.made.length
      await tick(bound - 2)
      expect(FakeSocket.made).toHaveLength(made)
      await tick(2)
      expect(FakeSocket.made).toHaveLength(made + 1)
    }
  })

  test('[SDK-4] only a result starts the waits over: a server may accept and close at once', async () => {
    await open()
    newest().drop(1011)
    await tick(1_000)
    newest().accept()
    await tick()
    newest().drop(1011)
    await tick()
    expect(line.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 1 })
    await tick(1_000)
    newest().accept()
    newest().say('{"id":1,"result":{"type":"started"}}')
    newest().drop(1012)
    await tick()
    expect(line.state.getSnapshot()).toMatchObject({ kind: 'waiting', attempt: 0 })
  })

  test('[SDK-4] a wait can be cut short', async () => {
    await open()
    newest().drop(1012)
    await tick()
    expect(line.state.getSnapshot().kind).toBe('waiting')
    line.retryNow()
    await tick()
    expect(line.state.getSnapshot().kind).toBe('connecting')
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-4] a server that asks to move is followed at once, and then with waits', async () => {
    await open()
    newest().say('{"id":1,"result":{"type":"started"}}')
    newest().say('{"id":null,"method":"reconnect"}')
    await tick(5)
    expect(FakeSocket.made).toHaveLength(2)
    expect(line.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
    newest().refuse()
    await tick(500)
    expect(FakeSocket.made).toHaveLength(2)
    await tick(510)
    expect(FakeSocket.made).toHaveLength(3)
  })

  test.each([
    [4401, 'unauthenticated'],
    [4403, 'forbidden'],
    [4400, 'protocol'],
  ])('[SDK-6] after close code %i nothing is tried again', async (code, reason) => {
    await open()
    newest().drop(code)
    await tick(120_000)
    expect(line.state.getSnapshot()).toEqual({ kind: 'ended', reason })
    expect(FakeSocket.made).toHaveLength(1)
    expect(line.socket()).toBeNull()
  })

  test.each([1001, 1006, 1012, 4008, 4029])('[SDK-6] after close code %i the program comes back', async (code) => {
    await open()
    newest().drop(code)
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-6] after a refused upgrade the server is asked whether the session has ended', async () => {
    line.socket()
    await tick()
    newest().refuse()
    await tick()
    expect(asked).toBe(1)
    expect(line.state.getSnapshot().kind).toBe('waiting')
    answer = 'unauthenticated'
    await tick(1_000)
    newest().refuse()
    await tick(120_000)
    expect(line.state.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-6] a new session opens a new socket', async () => {
    await open()
    newest().drop(4401)
    await tick()
    line.renew()
    expect(line.state.getSnapshot()).toEqual({ kind: 'idle' })
    await open()
    expect(line.state.getSnapshot()).toEqual({ kind: 'online', via: 'socket' })
  })

  test('[SDK-8] a socket that does not answer after waking is given up', async () => {
    await open()
    newest().say('{"id":1,"result":{"type":"started"}}')
    newest().mute()
    line.wake()
    await tick(3_000)
    expect(line.state.getSnapshot().kind).toBe('online')
    await tick(1_010)
    expect(line.state.getSnapshot().kind).toBe('waiting')
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-23] when the browser is offline a silent socket is given up within a second, and one that answers is kept', async () => {
    await open()
    newest().say('{"id":1,"result":{"type":"started"}}')
    vi.stubGlobal('navigator', { onLine: false })
    line.probe()
    newest().say('PONG')
    await tick(5_000)
    expect(line.state.getSnapshot().kind).toBe('online')
    newest().mute()
    line.probe()
    await tick(1_000)
    expect(line.state.getSnapshot().kind).toBe('waiting')
  })

  test('[SDK-8] a socket that answers after waking is kept', async () => {
    await open()
    line.wake()
    newest().say('PONG')
    await tick(10_000)
    expect(line.state.getSnapshot().kind).toBe('online')
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-8] an upgrade that is never answered is given up', async () => {
    line.socket()
    await tick()
    newest().mute()
    await tick(11_010)
    expect(line.state.getSnapshot().kind).toBe('waiting')
    await tick(1_000)
    expect(FakeSocket.made).toHaveLength(2)
  })

  test('[SDK-16] whoever asks to try at once does not wait for an upgrade that nobody answers', async () => {
    line.socket()
    await tick()
    newest().mute()
    await tick(1_000)
    line.retryNow()
    await tick(400)
    expect(FakeSocket.made).toHaveLength(1)
    await tick(1_200)
    expect(FakeSocket.made).toHaveLength(2)
    newest().accept()
    await tick(20_000)
    expect(line.state.getSnapshot().kind).toBe('online')
    expect(FakeSocket.made).toHaveLength(2)
  })
})
