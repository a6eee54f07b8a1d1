import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../wait-for.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

let echo: Server
let url = ''
beforeAll(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => void echo.close())

/** Opens a connection through the proxy, and collects what it receives. */
async function open(proxy: FaultProxy): Promise<{ socket: Socket; received: () => string; closed: () => boolean }> {
  const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1')
  let received = ''
  socket.on('data', (piece: Buffer) => {
    received += piece.toString()
  })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return { socket, received: () => received, closed: () => socket.destroyed }
}

test('[CHECK-4] without faults all bytes pass in order, and no fault is counted', async () => {
  await using proxy = await startFaultProxy(url)
  const connection = await open(proxy)
  const text = 'abcdefghij'.repeat(50_000)
  connection.socket.write(text)
  await waitFor(() => connection.received().length === text.length)
  expect(connection.received()).toBe(text)
  expect(proxy.harm).toEqual({ heldBytes: 0, delayedPieces: 0, trickledBytes: 0 })
})

test('[CHECK-4] with latency the bytes arrive later and in order, and delayed pieces are counted', async () => {
  await using proxy = await startFaultProxy(url)
  const connection = await open(proxy)
  proxy.weather({ latencyMs: 30, jitterMs: 50 })
  const sentAt = performance.now()
  for (const letter of 'abcdef') {
    connection.socket.write(letter)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await waitFor(() => connection.received().length === 6)
  expect(connection.received()).toBe('abcdef')
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(60)
  expect(proxy.harm.delayedPieces).toBeGreaterThan(0)
})

test('[CHECK-4] with limited bandwidth all bytes arrive in the end, and throttled bytes are counted', async () => {
  await using proxy = await startFaultProxy(url)
  const connection = await open(proxy)
  proxy.weather({ bytesPerSecond: 1_000 })
  connection.socket.write('x'.repeat(200))
  await waitFor(() => proxy.harm.trickledBytes > 0)
  expect(connection.received().length).toBeLessThan(200)
  proxy.weather({ bytesPerSecond: null })
  await waitFor(() => connection.received().length === 200)
})

test('[CHECK-4] a frozen connection keeps its bytes back, a cut closes it, and later connections work', async () => {
  await using proxy = await startFaultProxy(url)
  const connection = await open(proxy)
  connection.socket.write('before')
  await waitFor(() => connection.received() === 'before')
  proxy.freeze()
  connection.socket.write('after')
  await waitFor(() => proxy.harm.heldBytes === 5)
  expect(connection.received()).toBe('before')
  expect(proxy.cut()).toBe(1)
  await waitFor(connection.closed)
  expect(connection.received()).toBe('before')
  // A connection that is opened later is not frozen.
  const next = await open(proxy)
  next.socket.write('again')
  await waitFor(() => next.received() === 'again')
})
