import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient, wsLink } from '@trpc/client'
import { tracked } from '@trpc/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openProbeConnection, startProbeServer, t } from './probe-server.ts'

const router = t.router({
  stream: t.procedure.subscription(async function* ({ signal }) {
    yield tracked('same', 'frame')
    await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  }),
})

function connect(url: string, delays?: 'stock') {
  const line = openProbeConnection(url, delays)
  const client = createTRPCClient<typeof router>({ links: [wsLink({ client: line.socket })] })
  return { client, [Symbol.dispose]: () => line[Symbol.dispose]() }
}

test('[SOCK-14] the stock server keeps a socket that never sends its `connectionParams`', async () => {
  let contexts = 0
  await using server = await startProbeServer(router, async () => {
    contexts += 1
    return {}
  })
  const socket = new WebSocket(`${server.url}/?connectionParams=1`)
  await new Promise((resolve) => socket.once('open', resolve))
  await delay(300)
  expect([contexts, socket.readyState]).toEqual([0, socket.OPEN])
  socket.terminate()
})

test('[SOCK-14] the stock client reconnects without a delay when its socket is accepted and then closed', async () => {
  await using server = await startProbeServer(router)
  server.wss.on('connection', (socket) => setTimeout(() => socket.close(), 20))
  using probe = connect(server.url, 'stock')
  probe.client.stream.subscribe(undefined, { onData: () => undefined })
  await waitFor(() => server.sockets.length > 10)
})

test('[SOCK-14] the stock client that is asked to move keeps the old socket until the new one is open', async () => {
  await using server = await startProbeServer(router)
  let oldWasOpen = false
  server.wss.on('connection', () => (oldWasOpen = server.sockets[0]?.readyState === WebSocket.OPEN))
  using probe = connect(server.url)
  const frames: unknown[] = []
  probe.client.stream.subscribe(undefined, { onData: ({ data }) => frames.push(data) })
  await waitFor(() => frames.length === 1)
  server.sockets[0]?.send(JSON.stringify({ id: null, method: 'reconnect' }))
  await waitFor(() => server.sockets.length === 2 && server.sockets[0]?.readyState === WebSocket.CLOSED)
  expect(oldWasOpen).toBe(true)
  await waitFor(() => frames.length === 2)
})
