import { connect } from 'node:net'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { startHeapServer } from './testing/heap-server.ts'

const requests = 20_000
const connections = 8
/** Requests in one write. The server answers them one after the other. */
const pipelined = 50
const refusedLine = 'HTTP/1.1 4'
const growthBytesMax = 6 * 1024 * 1024

test('[HTTP-23] 20,000 anonymous bearers of 15 KB and 20,000 addresses leave less than 6 MB behind', async () => {
  await using server = await startHeapServer()
  const { port } = server
  // What a server keeps in any case: compiled code, buffers and the buckets of one caller.
  await flood(port, 2_000, (nth) => [`authorization: Bearer warm${nth}`])
  const before = await server.liveHeap()
  await flood(port, requests, (nth) => [`authorization: Bearer ${String(nth).padEnd(15_000, 'x')}`])
  expect((await server.liveHeap()) - before).toBeLessThan(growthBytesMax)
  await flood(port, requests, (nth) => [`x-forwarded-for: 2001:db8:${nth.toString(16)}::1`])
  expect((await server.liveHeap()) - before).toBeLessThan(growthBytesMax)
}, 180_000)

/** Posts so many messages, over a few connections, and waits for all answers. */
async function flood(port: number, count: number, headersOf: (nth: number) => string[]): Promise<void> {
  const each = count / connections
  const nths = Array.from({ length: connections }, (_, place) => place * each)
  await Promise.all(nths.map((from) => floodConnection(port, { from, to: from + each }, headersOf)))
}

async function floodConnection(
  port: number,
  { from, to }: { from: number; to: number },
  headersOf: (nth: number) => string[],
): Promise<void> {
  const connection = connect(port, '127.0.0.1')
  let answers = 0
  let tail = ''
  connection.setEncoding('latin1').on('data', (chunk: string) => {
    const text = tail + chunk
    answers += text.split(refusedLine).length - 1
    tail = text.slice(1 - refusedLine.length)
  })
  let ended = false
  connection.on('close', () => (ended = true)).on('error', () => (ended = true))
  for (let nth = from; nth < to; nth += pipelined) {
    const last = Math.min(nth + pipelined, to)
    const lines = ['POST /api/chats/1/messages HTTP/1.1', 'host: localhost', 'content-length: 0']
    for (let one = nth; one < last; one += 1) connection.write([...lines, ...headersOf(one), '', ''].join('\r\n'))
    await waitFor(() => ended || answers >= last - from, { what: 'the answers', timeoutMs: 60_000 })
    if (ended) throw new Error('The server has closed a connection.')
  }
  connection.destroy()
}
