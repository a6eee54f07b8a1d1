import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient, wsLink } from '@trpc/client'
import { tracked } from '@trpc/server'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { openProbeLine, startProbeServer, t } from './probe-server.ts'

const place = z.object({ lastEventId: z.string().optional() })

function streams() {
  const came: (string | undefined)[] = []
  let rounds = 0
  let finished = 0
  const router = t.router({
    /** One tracked frame, and one that is not. */
    mixed: t.procedure.input(place).subscription(async function* ({ input, signal }) {
      came.push(input.lastEventId)
      yield tracked('7', 'tracked')
      yield 'untracked'
      await new Promise((resolve) => signal?.addEventListener('abort', resolve))
    }),
    tracked: t.procedure.input(place).subscription(async function* ({ input, signal }) {
      came.push(input.lastEventId)
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
        finished += 1
      }
    }),
    flood: t.procedure.subscription(async function* () {
      for (let nth = 0; nth < 400; nth += 1) yield 'x'.repeat(64 * 1024)
    }),
  })
  return { router, came, rounds: () => rounds, finished: () => finished }
}

type Router = ReturnType<typeof streams>['router']

function connect(url: string) {
  const line = openProbeLine(url)
  const client = createTRPCClient<Router>({ links: [wsLink({ client: line.socket })] })
  return { client, [Symbol.dispose]: () => line[Symbol.dispose]() }
}

test('[SOCK-14] one untracked frame makes the stock client forget its place: every frame of ours is tracked', async () => {
  const { router, came } = streams()
  await using server = await startProbeServer(router)
  for (const name of ['tracked', 'mixed'] as const) {
    using probe = connect(server.url)
    const seen: unknown[] = []
    const stop = probe.client[name].subscribe({}, { onData: (frame) => seen.push(frame) })
    await waitFor(() => seen.length === (name === 'mixed' ? 2 : 1))
    server.sockets.at(-1)?.terminate()
    await waitFor(() => came.length === (name === 'mixed' ? 4 : 2))
    stop.unsubscribe()
  }
  expect(came).toEqual([undefined, '7', undefined, undefined])
})

test('[SOCK-14] a stream that returns is over for good: the server never ends a healthy one', async () => {
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

test('[SOCK-14] a stream that waits for something else than its signal never ends: every wait of ours races it', async () => {
  const { router, finished } = streams()
  await using server = await startProbeServer(router)
  using probe = connect(server.url)
  const seen: unknown[] = []
  const stop = probe.client.deaf.subscribe(undefined, { onData: (frame) => seen.push(frame) })
  await waitFor(() => seen.length === 1)
  stop.unsubscribe()
  server.sockets.at(-1)?.terminate()
  await waitFor(() => server.wss.clients.size <= 1)
  await delay(200)
  expect(finished()).toBe(0)
})

test('[SOCK-14] the adapter writes to a peer that does not read, without bound: our streams wait in `ready`', async () => {
  const { router } = streams()
  await using server = await startProbeServer(router)
  const socket = new WebSocket(server.url)
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'flood' } }))
  socket.pause()
  await waitFor(() => (server.sockets[0]?.bufferedAmount ?? 0) > 4 * 1024 * 1024)
  socket.terminate()
})
