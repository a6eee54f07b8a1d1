import { once } from 'node:events'
import { expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Contender } from './contender.ts'
import { FanOut } from './measure-fan-out.ts'
import { startPeer } from './start-peer.ts'

const load = { followers: 3, perSecond: 100, seconds: 0.2 }

const peers = ['raw ws, frames made once', 'raw ws', 'Socket.IO, tuned', 'Socket.IO', 'tRPC stock'] as const

test.each(peers)(
  '[BENCH-4] a run of %s delivers everything, with frames as long as they are told to be',
  async (name) => {
    await using peer = await startPeer(name)
    await using fan = await FanOut.open(peer)
    await fan.grow(1)
    const bytes = await fan.warmUp(load, 300)
    expect(await fan.warmUp(load, 400)).toBe(bytes + 100)
    // Who comes later does not get what was said before.
    await fan.grow(load.followers)
    const figures = await fan.run(load, 300)
    expect(figures.deliveries).toBe(60)
    expect(figures.cpuUs).toBeGreaterThan(0)
  },
)

test('[BENCH-4] a run in which a follower gets a message twice fails', async () => {
  await using contender = await faultyServer((nr) => (nr === 7 ? 2 : 1))
  await using fan = await FanOut.open(contender)
  await fan.grow(load.followers)
  await expect(fan.run(load, 300)).rejects.toThrow('is broken: 0 followers miss something, 1 messages came again')
})

test('[BENCH-4] a run in which a follower misses a message fails', async () => {
  await using contender = await faultyServer((nr) => (nr === 7 ? 0 : 1))
  await using fan = await FanOut.open(contender, { completeTimeoutMs: 500 })
  await fan.grow(load.followers)
  await expect(fan.run(load, 300)).rejects.toThrow('is broken: 1 followers miss something')
})

/** Sends the n-th message to its first follower as many times as it is told, and to the others once. */
async function faultyServer(timesOf: (nr: number) => number): Promise<Contender> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const followers = new Set<WebSocket>()
  let said = 0
  const publish = (data: Buffer) => {
    said += 1
    const [first, ...others] = followers
    for (let time = 0; time < timesOf(said); time += 1) first?.send(data, { binary: false })
    for (const ws of others) ws.send(data, { binary: false })
  }
  server.on('connection', (ws, request) => {
    if (request.url === '/publish') ws.on('message', publish)
    else ws.send('live', () => followers.add(ws))
  })
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    name: 'raw ws',
    wsUrl: `ws://127.0.0.1:${port}`,
    pid: process.pid,
    databasePid: null,
    wire: { path: '/', replies: [], live: 'live' },
    versions: {},
    publisher: { path: '/publish', token: null, replies: [], ready: null, acked: null, frame: (text) => text },
    login: async () => ({ token: null, greeting: [] }),
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}
