import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient, wsLink } from '@trpc/client'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { openProbeConnection, startProbeServer, t } from './probe-server.ts'

function calls() {
  const log: string[] = []
  const gates = new Map<string, PromiseWithResolvers<void>>()
  const gateOf = (name: string) => {
    const gate = gates.get(name) ?? Promise.withResolvers<void>()
    gates.set(name, gate)
    return gate
  }
  const router = t.router({
    /** Ends when the test says so. */
    held: t.procedure.input(z.object({ name: z.string() })).mutation(async ({ input }) => {
      log.push(`${input.name} begins`)
      await gateOf(input.name).promise
      log.push(`${input.name} ends`)
      return input.name
    }),
    stream: t.procedure.subscription(async function* () {
      log.push('stream begins')
      yield 'first'
    }),
  })
  return { router, log, end: (name: string) => gateOf(name).resolve() }
}

async function rawSocket(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  await new Promise((resolve) => socket.once('open', resolve))
  return socket
}

type Router = ReturnType<typeof calls>['router']

function connect(url: string) {
  const line = openProbeConnection(url)
  const client = createTRPCClient<Router>({ links: [wsLink({ client: line.socket })] })
  return { client, [Symbol.dispose]: () => line[Symbol.dispose]() }
}

test('[SOCK-14] the stock server runs the calls of a socket concurrently, and may answer out of order', async () => {
  const { router, log, end } = calls()
  await using server = await startProbeServer(router)
  using probe = connect(server.url)
  const first = probe.client.held.mutate({ name: 'first' })
  const second = probe.client.held.mutate({ name: 'second' })
  await waitFor(() => log.length === 2)
  end('second')
  await second
  end('first')
  await first
  expect(log).toEqual(['first begins', 'second begins', 'second ends', 'first ends'])
})

test('[SOCK-14] a call in flight on a lost socket fails without a code, and still runs on the server', async () => {
  const { router, log, end } = calls()
  await using server = await startProbeServer(router)
  using probe = connect(server.url)
  const outcome = probe.client.held.mutate({ name: 'it' }).catch((error: unknown) => error)
  await waitFor(() => log.length === 1)
  server.sockets[0]?.terminate()
  expect(await outcome).toMatchObject({ name: 'TRPCClientError', shape: undefined })
  end('it')
  await waitFor(() => log.includes('it ends'))
})

test('[SOCK-14] the stock server runs hundreds of calls of one frame at once', async () => {
  const { router, log } = calls()
  await using server = await startProbeServer(router)
  const socket = await rawSocket(server.url)
  const input = { name: 'one of many' }
  const many = Array.from({ length: 300 }, (_, id) => ({ id, method: 'mutation', params: { path: 'held', input } }))
  socket.send(JSON.stringify(many))
  await waitFor(() => log.filter((line) => line.endsWith('begins')).length === 300)
  expect(log.some((line) => line.endsWith('ends'))).toBe(false)
  socket.terminate()
})

test('[SOCK-14] the stock server obeys a stop that arrives while the context is created', async () => {
  const { router, end } = calls()
  let letIn: () => void = () => {}
  const gate = new Promise<void>((resolve) => (letIn = resolve))
  await using server = await startProbeServer(router, async () => {
    await gate
    return {}
  })
  let received = 0
  server.wss.on('connection', (accepted) => accepted.on('message', () => (received += 1)))
  const socket = await rawSocket(server.url)
  const answers: string[] = []
  socket.on('message', (data) => answers.push(String(data)))
  socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'stream' } }))
  socket.send(JSON.stringify({ id: 1, method: 'subscription.stop' }))
  await waitFor(() => received === 2)
  letIn()
  end('later')
  socket.send(JSON.stringify({ id: 2, method: 'mutation', params: { path: 'held', input: { name: 'later' } } }))
  await waitFor(() => answers.some((answer) => answer.includes('later')))
  expect(answers.join()).not.toContain('first')
  socket.terminate()
})
