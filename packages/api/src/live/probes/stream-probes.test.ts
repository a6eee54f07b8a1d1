import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient, wsLink } from '@trpc/client'
import { tracked } from '@trpc/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { openProbeConnection, startProbeServer, t } from './probe-server.ts'

const place = z.object({ lastEventId: z.string().optional() })

function streams() {
  const received: (string | undefined)[] = []
  let rounds = 0
  const finished: string[] = []
  const router = t.router({
    /** Yields one tracked frame, and one that is not. */
    mixed: t.procedure.input(place).subscription(async function* ({ input, signal }) {
      received.push(input.lastEventId)
      yield tracked('7', 'tracked')
      yield 'untracked'
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    }),
    tracked: t.procedure.input(place).subscription(async function* ({ input, signal }) {
      received.push(input.lastEventId)
      yield tracked('7', 'tracked')
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    }),
    short: t.procedure.subscription(async function* () {
      rounds += 1
      yield 'only'
    }),
    deaf: t.procedure.subscription(async function* () {
      try {
        yield 'first'
        await new Promise(() => undefined)
      } finally {
        finished.push('deaf')
      }
    }),
    obedient: t.procedure.subscription(async function* ({ signal }) {
      try {
        yield 'first'
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
      } finally {
        finished.push('obedient')
      }
    }),
    flood: t.procedure.subscription(async function* () {
      for (let nth = 0; nth < 400; nth += 1) yield 'x'.repeat(64 * 1024)
    }),
  })
  return { router, received, rounds: () => rounds, finished }
}

type Router = ReturnType<typeof streams>['router']

function connect(url: string) {
  const line = openProbeConnection(url)
  const client = createTRPCClient<Router>({ links: [wsLink({ client: line.socket })] })
  return { client, [Symbol.dispose]: () => line[Symbol.dispose]() }
}

test('[SOCK-14] the stock client forgets its last id after one untracked frame', async () => {
  const { router, received } = streams()
  await using server = await startProbeServer(router)
  for (const name of ['tracked', 'mixed'] as const) {
    using probe = connect(server.url)
    const seen: unknown[] = []
    const stop = probe.client[name].subscribe({}, { onData: (frame) => seen.push(frame) })
    await waitFor(() => seen.length === (name === 'mixed' ? 2 : 1))
    server.sockets.at(-1)?.terminate()
    await waitFor(() => received.length === (name === 'mixed' ? 4 : 2))
    stop.unsubscribe()
  }
  expect(received).toEqual([undefined, '7', undefined, undefined])
})

test('[SOCK-14] the stock client does not resume a stream that has returned', async () => {
  const { router, rounds } = streams()
  await using server = await startProbeServer(router)
  using probe = connect(server.url)
  let completed = false
  probe.client.short.subscribe(undefined, { onData: () => undefined, onComplete: () => (completed = true) })
  await waitFor(() => completed)
  server.sockets.at(-1)?.terminate()
  await waitFor(() => server.sockets.length === 2)
  expect(rounds()).toBe(1)
})

test('[SOCK-14] the stock server never ends a stream that does not wait for its signal', async () => {
  const { router, finished } = streams()
  await using server = await startProbeServer(router)
  using probe = connect(server.url)
  const seen: unknown[] = []
  const onData = (frame: unknown) => seen.push(frame)
  const stops = [probe.client.deaf, probe.client.obedient].map((stream) => stream.subscribe(undefined, { onData }))
  await waitFor(() => seen.length === 2)
  for (const stop of stops) stop.unsubscribe()
  server.sockets.at(-1)?.terminate()
  await waitFor(() => finished.length > 0)
  await waitFor(() => server.wss.clients.size <= 1)
  expect(finished).toEqual(['obedient'])
})

test('[SOCK-14] the stock server queues without limit for a peer that does not read', async () => {
  const { router } = streams()
  await using server = await startProbeServer(router)
  const socket = new WebSocket(server.url)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'flood' } }))
  socket.pause()
  await waitFor(() => (server.sockets[0]?.bufferedAmount ?? 0) > 4 * 1024 * 1024)
  socket.terminate()
})
