import { connect, type Socket } from 'node:net'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'

let server: TestServer
beforeAll(async () => {
  // The time for silence is the last: a connection that sends nothing ends by the one for headers.
  server = await startTestServer({ requestTimes: { headersMs: 300, requestMs: 900, silenceMs: 2_000 } })
})
afterAll(() => server.close())

/** Writes the text, and collects what is answered until the connection is closed. */
function send(text: string): { connection: Socket; answer: () => string; isClosed: () => boolean } {
  const connection = connect(Number(new URL(server.url).port), '127.0.0.1')
  let received = ''
  let closed = false
  connection.on('data', (data) => (received += String(data)))
  connection.on('error', () => undefined)
  connection.on('close', () => (closed = true))
  connection.write(text)
  return { connection, answer: () => received, isClosed: () => closed }
}

test.each([
  ['nothing', ''],
  ['headers without an end', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
])('[HTTP-30] a connection that sends %s gets 408 and is closed', async (_, text) => {
  const { answer, isClosed } = send(text)
  await waitFor(isClosed)
  expect(answer()).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer()).toContain('"code":"invalid_input"')
})

test('[HTTP-30] a request whose body drips is ended', async () => {
  const head = 'POST /api/users/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  const { connection, isClosed } = send(`${head}Content-Length: 100000\r\n\r\n`)
  const dripping = setInterval(() => connection.write(' '), 50)
  await waitFor(isClosed)
  clearInterval(dripping)
})

test('[HTTP-30] a connection that does not read its answers is cut off', async () => {
  const { connection, isClosed } = send('')
  connection.pause()
  const ask = 'GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'
  for (let nth = 0; nth < 200; nth += 1) connection.write(ask)
  // A connection that is not read notices its end only when it writes.
  const writing = setInterval(() => connection.write(ask), 50)
  await waitFor(isClosed)
  clearInterval(writing)
})

test('[HTTP-30] a connection that is kept alive stays open between its requests', async () => {
  const ask = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const { connection, answer, isClosed } = send(ask)
  await waitFor(() => answer().includes('"ok"'))
  const dripped = send('GET /')
  await waitFor(dripped.isClosed)
  expect(isClosed()).toBe(false)
  connection.write(ask)
  await waitFor(() => answer().split('"ok"').length === 3)
  connection.destroy()
})
