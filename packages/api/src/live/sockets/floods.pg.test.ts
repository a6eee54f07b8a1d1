import { socketFrameRate, socketSubscriptionsMax } from '@deskbell/contract/limits'
import { setUpChat } from '@deskbell/testkit/factories'
import { openRaw, type RawSocket, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

let server: TestServer
let chatId: number

beforeAll(async () => {
  server = await startTestServer({ rateLimits: true, timings: { closeMs: 300 } })
  chatId = (await setUpChat(server.core)).chat.id
})
afterAll(() => server.close())

const call = (path: string, id: number | string, input?: unknown) =>
  JSON.stringify({ id, method: 'query', params: { path, ...(input !== undefined && { input }) } })
const create = JSON.stringify({ id: 'late', method: 'mutation', params: { path: 'chats.create', input: {} } })
const follow = (id: number) =>
  JSON.stringify({ id, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })

async function countChats(): Promise<number> {
  const { rows } = await server.db.pool.query<{ count: string }>('select count(*) from chats')
  return Number(rows[0]?.count)
}

/** Sends everything in one piece, so that it has arrived before the server can close the socket. */
function sendTogether(socket: RawSocket, send: () => void): void {
  // Only the raw connection under the library can be corked.
  const { _socket: connection } = z.object({ _socket: z.custom<import('node:net').Socket>() }).parse(socket.ws)
  connection.cork()
  send()
  connection.uncork()
}

const floods: [string, (socket: RawSocket, nth: number) => void][] = [
  ['calls', (socket, nth) => socket.send(call('users.me', nth))],
  ['calls of unknown procedures', (socket, nth) => socket.send(call('nothing.here', nth))],
  ['calls with an id in use', (socket) => socket.send(follow(1))],
  ['streams above the limit', (socket, nth) => socket.send(follow(nth + socketSubscriptionsMax))],
  ['stops of unknown streams', (socket, nth) => socket.send(JSON.stringify({ id: nth, method: 'subscription.stop' }))],
  ['texts of keep-alive', (socket, nth) => socket.send(nth % 2 === 0 ? 'PING' : 'PONG')],
  ['pings of the WebSocket protocol', (socket) => socket.ws.ping()],
  ['pongs of the WebSocket protocol', (socket) => socket.ws.pong()],
]

describe('[SOCK-20] a socket that sends more frames than its rate is closed with 4029, and nothing after them runs', () => {
  test.each(floods)('%s', async (_, flood) => {
    const login = await signInByRest(server.url, 'client')
    await using neighbour = await openRaw(server.wsUrl, login)
    await using socket = await openRaw(server.wsUrl, login)
    const before = await countChats()
    sendTogether(socket, () => {
      // Many more than the burst, because the budget fills again while they arrive.
      for (let nth = 0; nth < socketFrameRate.burst * 2; nth += 1) flood(socket, nth)
      socket.send(create)
    })
    expect(await socket.closed()).toBe(4029)
    expect(socket.frames.at(-1)).toMatchObject({ id: null, error: { data: { code: 'rate_limited' } } })
    expect(socket.frames.length).toBeLessThan(socketFrameRate.burst * 1.5)
    neighbour.send(call('users.me', 'neighbour'))
    expect(await neighbour.frame((frame) => JSON.stringify(frame).includes('"neighbour"'))).toHaveProperty('result')
    expect(neighbour.closeCode()).toBeNull()
    expect(await countChats()).toBe(before)
    await waitFor(() => server.openSockets() === 1)
  })
})

test('[SOCK-20] each call of a batch counts', async () => {
  const login = await signInByRest(server.url, 'client')
  const batch = `[${Array.from({ length: 20 }, (_, id) => call('nothing.here', id)).join(',')}]`
  await using socket = await openRaw(server.wsUrl, login)
  sendTogether(socket, () => {
    for (let nth = 0; nth < socketFrameRate.burst / 10; nth += 1) socket.send(batch)
  })
  expect(await socket.closed()).toBe(4029)
})

test('[SOCK-20] a page with sixteen chats, and an outbox that replays a thousand messages, stay far below the rate', async () => {
  const operator = await signInByRest(server.url, 'operator')
  await using socket = await openRaw(server.wsUrl, operator)
  for (let id = 0; id < socketSubscriptionsMax; id += 1) socket.send(follow(id))
  for (let id = 100; id < 200; id += 1) socket.send(call('chats.page', id, { chatId }))
  const items = (nth: number) =>
    Array.from({ length: 20 }, (_, place) => ({ text: 'x'.repeat(500), clientMsgId: `replay ${nth} ${place}` }))
  for (let nth = 0; nth < 50; nth += 1) {
    const params = { path: 'messages.sendBatch', input: { chatId, items: items(nth) } }
    socket.send({ id: `send ${nth}`, method: 'mutation', params })
  }
  socket.send({ id: 'last', method: 'subscription.stop' })
  socket.send(call('users.me', 'end'))
  await socket.frame((frame) => JSON.stringify(frame).includes('"end"'))
  expect(socket.closeCode()).toBeNull()
})
