import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { sendBatch } from '@deskbell/core/messages/send-batch'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { openRaw, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { defaultTimings } from './live-timings.ts'

/** Only the time limits end a socket here, and no bound on its queue. */
const pressure = { ...defaultTimings.pressure, softBytes: 1e9, hardBytes: 1e9, softWrites: 1e9, hardWrites: 1e9 }
/** More bytes than the buffers of the system take. */
const messages = 1_000
const textBytes = 16_000
/** The reader of answers makes progress well within the silence, but too slowly for the rate. */
const requestTimes = { silenceMs: 3_000, readBytesPerSecondMin: 64 * 1024 * 1024 }
const takeMs = 90

type Conversation = Awaited<ReturnType<typeof setUpChat>>

async function fill(server: TestServer, { client, chat }: Conversation): Promise<void> {
  for (let sent = 0; sent < messages; sent += 20) {
    const items = Array.from({ length: 20 }, () => ({ text: 'x'.repeat(textBytes), clientMsgId: uniqueId('m') }))
    await sendBatch(server.core, client, { chatId: chat.id, items })
  }
}

/** Takes one piece of 64 KB each `takeMs`, until the returned function is called. */
function trickle(line: Socket): () => void {
  line.on('data', () => line.pause())
  const taking = setInterval(() => line.resume(), takeMs)
  return () => clearInterval(taking)
}

async function openLine(server: TestServer): Promise<Socket> {
  const line = connect(Number(new URL(server.url).port), '127.0.0.1')
  line.on('error', () => undefined)
  await once(line, 'connect')
  return line
}

test('[SOCK-31] a socket that reads a few bytes now and then and keeps sending is closed with 4008', async () => {
  await using server = await startTestServer({ timings: { pressure, pingMs: 500, pongMs: 500, closeMs: 30_000 } })
  const conversation = await setUpChat(server.core)
  await using socket = await openRaw(server.wsUrl, await signInByRest(server.url, 'operator'))
  socket.send({
    id: 1,
    method: 'subscription',
    params: { path: 'chats.events', input: { chatId: conversation.chat.id } },
  })
  await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
  socket.ws.pause()
  const talking = setInterval(() => socket.ws.readyState === socket.ws.OPEN && socket.send('PONG'), 100)
  const taking = setInterval(() => {
    socket.ws.once('message', () => socket.ws.pause())
    socket.ws.resume()
  }, 500)
  await fill(server, conversation)
  await waitFor(() => server.closingSockets() === 1, { timeoutMs: 30_000 })
  clearInterval(talking)
  clearInterval(taking)
  socket.ws.removeAllListeners('pause')
  const reading = setInterval(() => socket.ws.resume(), 5)
  expect(await socket.closed()).toBe(4008)
  clearInterval(reading)
}, 90_000)

test('[HTTP-33] answers that are read a few bytes at a time are cut off', async () => {
  await using server = await startTestServer({ requestTimes })
  const conversation = await setUpChat(server.core)
  const { token } = await signInByRest(server.url, 'operator')
  await fill(server, conversation)
  const line = await openLine(server)
  let isClosed = false
  line.on('close', () => (isClosed = true))
  const stop = trickle(line)
  const head = `HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`
  for (let nth = 0; nth < 10; nth += 1) line.write(`GET /api/chats/${conversation.chat.id}/messages?limit=200 ${head}`)
  // A connection that is hardly read notices its end only when it writes.
  const writing = setInterval(() => line.write(`GET /healthz ${head}`), 50)
  await waitFor(() => isClosed, { timeoutMs: 30_000 })
  clearInterval(writing)
  stop()
}, 90_000)
