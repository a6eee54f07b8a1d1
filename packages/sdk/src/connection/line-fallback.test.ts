import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeSocket } from './fake-socket.ts'
import { Line, type ServerAnswer } from './line.ts'

const overHttp = { kind: 'online', via: 'http' }
const bySocket = { kind: 'online', via: 'socket' }

let line: Line
let answer: ServerAnswer
let prepared: number

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.made.length = 0
  answer = 'alive'
  prepared = 0
  line = new Line({
    url: 'ws://fake/trpc',
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
  line.end('closed')
  await tick(15_000)
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const state = () => line.state.getSnapshot()

function newest(): FakeSocket {
  const socket = FakeSocket.made.at(-1)
  if (socket === undefined) throw new Error('No socket was made.')
  return socket
}

async function refuse(times: number): Promise<void> {
  for (let each = 0; each < times; each += 1) {
    newest().refuse()
    await tick(each + 1 < times ? 500 : 0)
  }
}

async function blocked(): Promise<void> {
  line.socket()
  await tick()
  await refuse(3)
  expect(state()).toEqual(overHttp)
}

/** A socket that works. */
async function work(): Promise<void> {
  newest().accept()
  newest().say('PONG')
  await tick()
  expect(state()).toEqual(bySocket)
}

describe('a line where sockets are blocked', () => {
  test('[SDK-15] after three refused sockets, while the server answers, it goes over HTTP', async () => {
    line.socket()
    await tick()
    await refuse(2)
    expect(state().kind).toBe('waiting')
    expect(prepared).toBe(0)
    await tick(500)
    await refuse(1)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] a server that is away is waited for', async () => {
    answer = 'silent'
    line.socket()
    await tick()
    await refuse(5)
    await tick(60_000)
    expect(state()).not.toEqual(overHttp)
    expect(prepared).toBe(0)
  })

  test('[SDK-15] an upgrade or a ping that nobody answers counts after seconds', async () => {
    line.socket()
    await tick(5_010)
    expect(state()).toEqual(overHttp)
    line.renew()
    line.wake({ newNetwork: true })
    line.socket()
    await tick()
    newest().accept()
    await tick(7_010)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] where a socket has worked, a restart does not send everybody over HTTP', async () => {
    line.socket()
    await tick()
    await work()
    newest().drop(1012)
    await tick(500)
    await refuse(4)
    await tick(1_000)
    await work()
    newest().drop(1006)
    await tick(500)
    for (let each = 0; each < 40; each += 1) {
      if (newest().readyState === newest().CONNECTING) newest().refuse()
      await tick(1_000)
    }
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-15] the socket is tried every minute, and taken back when something comes through', async () => {
    await blocked()
    const made = FakeSocket.made.length
    await tick(59_000)
    expect(FakeSocket.made).toHaveLength(made)
    await tick(1_010)
    expect(FakeSocket.made).toHaveLength(made + 1)
    newest().accept()
    await tick(1_000)
    expect(state()).toEqual(overHttp)
    newest().say('PONG')
    await tick()
    expect(state()).toEqual(bySocket)
  })

  test('[SDK-15] when HTTP breaks too both ways are tried, and HTTP is back without new patience', async () => {
    await blocked()
    line.httpLost()
    expect(state().kind).toBe('connecting')
    await tick(600)
    expect(state()).toEqual(overHttp)
    answer = 'silent'
    line.httpLost()
    await tick(600)
    newest().refuse()
    await tick()
    expect(state().kind).toBe('waiting')
    answer = 'alive'
    await tick(1_000)
    expect(state()).toEqual(overHttp)
  })

  test('[SDK-16] waking makes a line over HTTP anew, at once', async () => {
    await blocked()
    const seen: string[] = []
    line.state.subscribe(() => seen.push(state().kind))
    line.wake()
    await tick()
    expect(seen).toEqual(['connecting', 'online'])
  })

  test('[SDK-16] a session that ended while the machine slept ends the line, whichever way it goes', async () => {
    await blocked()
    answer = 'unauthenticated'
    line.wake()
    await tick()
    expect(state()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
  })
})
