import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { problemSchema } from '@deskbell/contract/errors'
import { startTestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

/** Begins a request, and keeps what arrives. */
async function beginRequest(url: string): Promise<{ socket: Socket; received(): string }> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
  socket.write(`POST /trpc/messages.send HTTP/1.1\r\nHost: ${host}\r\n`)
  return { socket, received: () => received }
}

test('[HTTP-47] a request that arrives while the server closes is unavailable, like any other refusal', async () => {
  await using server = await startTestServer()
  const { socket, received } = await beginRequest(server.url)
  // The connection has arrived when a later one was answered.
  await fetch(`${server.url}/healthz`)
  const closed = server.close()
  await waitFor(
    () =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    { what: 'a closed port' },
  )
  socket.write('Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}')
  await once(socket, 'close')
  await closed
  const [head = '', body = ''] = received().split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1.1 503 /)
  expect(head.toLowerCase()).toContain('retry-after: 1')
  expect(head.toLowerCase()).toContain('connection: close')
  expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ status: 503, code: 'unavailable' })
})
