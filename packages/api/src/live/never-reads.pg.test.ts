import { once } from 'node:events'
import { connect } from 'node:net'
import { socketQueueHardBytes } from '@deskbell/contract/limits'
import { sendBatch } from '@deskbell/core/messages/send-batch'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { openRaw, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { defaultTimings } from './live-timings.ts'

const messages = 1_200
/** A frame holds entries of 48 KB, or one larger entry. */
const frameBytes = 64 * 1024
const timings = { pressure: { ...defaultTimings.pressure, slowMs: 1_000 }, closeMs: 500 }

type Conversation = Awaited<ReturnType<typeof setUpChat>>

/** Stores the messages. Returns the most bytes that were queued for one connection meanwhile. */
async function fillWatched(server: TestServer, { client, chat }: Conversation): Promise<number> {
  let waitingMax = 0
  const watch = setInterval(() => (waitingMax = Math.max(waitingMax, server.waitingBytesMax())), 5)
  for (let sent = 0; sent < messages; sent += 20) {
    const items = Array.from({ length: 20 }, () => ({ text: 'x'.repeat(8_000), clientMsgId: uniqueId('m') }))
    await sendBatch(server.core, client, { chatId: chat.id, items })
  }
  clearInterval(watch)
  return waitingMax
}

const followFrame = (chatId: number) => ({
  id: 1,
  method: 'subscription',
  params: { path: 'chats.events', input: { chatId } },
})

async function setUp(server: TestServer) {
  const conversation = await setUpChat(server.core)
  const operator = await signInByRest(server.url, 'operator')
  const neighbour = await openRaw(server.wsUrl, operator)
  neighbour.send(followFrame(conversation.chat.id))
  await neighbour.frame((frame) => JSON.stringify(frame).includes('"live"'))
  const gotAll = () => neighbour.frames.some((frame) => JSON.stringify(frame).includes(`"seq":${messages},`))
  return { conversation, operator, neighbour, gotAll }
}

test('[LIVE-17] a socket that never reads has a bounded queue and is closed with 4008, others get all', async () => {
  await using server = await startTestServer({ timings: { ...timings, closeMs: 20_000 } })
  const { conversation, operator, neighbour, gotAll } = await setUp(server)
  await using deaf = await openRaw(server.wsUrl, operator)
  deaf.send(followFrame(conversation.chat.id))
  await deaf.frame((frame) => JSON.stringify(frame).includes('"live"'))
  deaf.ws.pause()
  expect(await fillWatched(server, conversation)).toBeLessThanOrEqual(socketQueueHardBytes + frameBytes)
  await waitFor(gotAll)
  // The client does not receive the close frame before it reads again.
  await waitFor(() => server.closingSockets() === 1)
  deaf.ws.resume()
  expect(await deaf.closed()).toBe(4008)
  await neighbour[Symbol.asyncDispose]()
}, 90_000)

test('[LIVE-17] a socket that keeps sending and never reads has a bounded queue and is closed', async () => {
  await using server = await startTestServer({ timings })
  const { conversation, operator, neighbour, gotAll } = await setUp(server)
  await using deaf = await openRaw(server.wsUrl, operator)
  deaf.send(followFrame(conversation.chat.id))
  deaf.ws.pause()
  let nth = 2
  const input = { chatId: conversation.chat.id, limit: 50 }
  const talking = setInterval(() => {
    if (deaf.ws.readyState !== deaf.ws.OPEN) return
    deaf.send('PING')
    deaf.send({ id: nth++, method: 'query', params: { path: 'chats.list', input: { limit: 50 } } })
    deaf.send({ id: nth++, method: 'query', params: { path: 'messages.list', input } })
  }, 10)
  // The responses to its calls are queued besides its streams: sixteen at most.
  const answersBytes = 16 * 50 * 8_200
  expect(await fillWatched(server, conversation)).toBeLessThanOrEqual(socketQueueHardBytes + frameBytes + answersBytes)
  await waitFor(() => gotAll() && server.openSockets() === 1, { timeoutMs: 30_000 })
  clearInterval(talking)
  await neighbour[Symbol.asyncDispose]()
}, 90_000)

test('[LIVE-17] [LIVE-19] an HTTP stream that is never read has a bounded queue and is cut off', async () => {
  await using server = await startTestServer({ timings })
  const { conversation, operator, neighbour, gotAll } = await setUp(server)
  const line = connect(Number(new URL(server.url).port), '127.0.0.1')
  await once(line, 'connect')
  line.pause()
  line.on('error', () => undefined)
  const input = encodeURIComponent(JSON.stringify({ chatId: conversation.chat.id }))
  line.write(
    `GET /trpc/chats.events?input=${input} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${operator.token}\r\n\r\n`,
  )
  await waitFor(() => server.openStreams() === 1)
  expect(await fillWatched(server, conversation)).toBeLessThanOrEqual(socketQueueHardBytes + frameBytes)
  await waitFor(() => gotAll() && server.openStreams() === 0, { timeoutMs: 30_000 })
  line.destroy()
  await neighbour[Symbol.asyncDispose]()
}, 90_000)

test('[SOCK-19] a socket whose answers it never reads is closed with 4008, though they are few bytes', async () => {
  // Only the number of writes can close it.
  const pressure = { ...defaultTimings.pressure, softBytes: 1e9, hardBytes: 1e9, slowMs: 600_000 }
  await using server = await startTestServer({ timings: { pressure, closeMs: 20_000 } })
  const login = await signInByRest(server.url, 'client')
  await using socket = await openRaw(server.wsUrl, login)
  socket.ws.pause()
  const calls = JSON.stringify(Array.from({ length: 20 }, (_, id) => ({ id, method: 'query', params: { path: 'x' } })))
  while (server.closingSockets() === 0) {
    for (let nth = 0; nth < 50; nth += 1) socket.send(calls)
    await new Promise((resolve) => setImmediate(resolve))
  }
  socket.ws.resume()
  expect(await socket.closed()).toBe(4008)
})
