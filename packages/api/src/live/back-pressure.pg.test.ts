import { setTimeout as delay } from 'node:timers/promises'
import { chatIdSchema } from '@deskbell/contract/ids'
import { sendBatch } from '@deskbell/core/messages/send-batch'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { openRaw, type RawSocket, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { z } from 'zod'

const pressure = {
  softBytes: 64 * 1024,
  hardBytes: 256 * 1024,
  softWrites: 256,
  hardWrites: 512,
  slowMs: 1_200,
  bytesPerSecondMin: 32 * 1024,
  extraMsMax: 2_000,
}
const textBytes = 8_000

type Conversation = Awaited<ReturnType<typeof setUpChat>>

function follow(socket: RawSocket, chatId: number, cursor?: string): void {
  socket.send({
    id: 1,
    method: 'subscription',
    params: { path: 'chats.events', input: { chatId, ...(cursor && { cursor }) } },
  })
}

/** Stores `count` messages of 8 KB, 20 at a time. */
async function fill(server: TestServer, { client, chat }: Conversation, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20) {
    const items = Array.from({ length: 20 }, (_, nth) => ({
      text: `${sent + nth} ${'x'.repeat(textBytes)}`,
      clientMsgId: uniqueId('m'),
    }))
    await sendBatch(server.core, client, { chatId: chat.id, items })
  }
}

const evSchema = z.object({
  result: z.object({
    id: z.string(),
    data: z.object({ data: z.object({ t: z.literal('ev'), events: z.array(z.object({ seq: z.number() })) }) }),
  }),
})

function seqs(socket: RawSocket): number[] {
  return socket.frames.flatMap(
    (frame) => evSchema.safeParse(frame).data?.result.data.data.events.map(({ seq }) => seq) ?? [],
  )
}

function lastCursor(socket: RawSocket): string | undefined {
  return socket.frames.flatMap((frame) => evSchema.safeParse(frame).data?.result.id ?? []).at(-1)
}

test('[SOCK-6] a client that stops reading is closed with 4008, and other clients lose nothing', async () => {
  await using server = await startTestServer({ timings: { pressure, closeMs: 20_000 } })
  const conversation = await setUpChat(server.core)
  const operator = await signInByRest(server.url, 'operator')
  await using slow = await openRaw(server.wsUrl, operator)
  await using fast = await openRaw(server.wsUrl, operator)
  for (const socket of [slow, fast]) follow(socket, conversation.chat.id)
  await Promise.all([slow, fast].map((socket) => socket.frame((frame) => JSON.stringify(frame).includes('"live"'))))
  slow.ws.pause()
  await fill(server, conversation, 1_400)
  await waitFor(() => seqs(fast).length === 1_400)
  // The client does not receive the close frame before it reads again.
  await waitFor(() => server.closingSockets() === 1)
  slow.ws.resume()
  expect(await slow.closed()).toBe(4008)
  const got = seqs(slow)
  expect(got).toEqual(got.map((_, place) => place + 1))
  expect(got.length).toBeLessThan(1_400)
  await using back = await openRaw(server.wsUrl, operator)
  follow(back, conversation.chat.id, lastCursor(slow))
  await back.frame((frame) => /"reset"|"live"/.test(JSON.stringify(frame)))
})

test('[SOCK-6] a client that sends pings and never reads is closed', async () => {
  await using server = await startTestServer({ timings: { pressure, closeMs: 500 } })
  const conversation = await setUpChat(server.core)
  await fill(server, conversation, 200)
  const operator = await signInByRest(server.url, 'operator')
  await using socket = await openRaw(server.wsUrl, operator)
  socket.ws.pause()
  const page = (id: number) => ({
    id,
    method: 'query',
    params: { path: 'messages.list', input: { chatId: conversation.chat.id, limit: 200 } },
  })
  for (let id = 0; id < 16; id += 1) socket.send(page(id))
  const pings = setInterval(() => socket.ws.readyState === socket.ws.OPEN && socket.send('PING'), 20)
  expect(server.openSockets()).toBe(1)
  await waitFor(() => server.openSockets() === 0)
  clearInterval(pings)
})

test('[SOCK-6] a slow reader receives the whole of a long response', async () => {
  await using server = await startTestServer({ timings: { pressure: { ...pressure, slowMs: 300 } } })
  const conversation = await setUpChat(server.core)
  await fill(server, conversation, 200)
  const operator = await signInByRest(server.url, 'operator')
  await using socket = await openRaw(server.wsUrl, operator)
  socket.ws.pause()
  const input = { chatId: chatIdSchema.parse(conversation.chat.id), limit: 200 }
  socket.send({ id: 1, method: 'query', params: { path: 'messages.list', input } })
  await delay(900)
  socket.ws.resume()
  const answer = await socket.frame((frame) => JSON.stringify(frame).startsWith('{"id":1'))
  expect(JSON.stringify(answer).length).toBeGreaterThan(200 * textBytes)
  expect(socket.closeCode()).toBeNull()
})
