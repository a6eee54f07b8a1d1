import { openRaw, type RawSocket } from '@deskbell/testkit/probes/live-probe'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type HeapServer, startHeapServer } from './testing/heap-server.ts'

const users = 2_000
const atOnce = 16
/** A user who is held weighs more than twice as much. */
const growthBytesMax = 3 * 1024 * 1024

test('[HTTP-34] 2,000 users who come from other addresses, write and leave, leave less than 3 MB behind', async () => {
  await using server = await startHeapServer()
  // What a server keeps in any case: compiled code, statements and connections.
  const warm = 300
  await visits(server, 0, warm)
  const before = await server.liveHeap()
  await visits(server, warm, warm + users)
  // The presence of a user ends some time after the sockets.
  await expect
    .poll(async () => (await server.liveHeap()) - before, { timeout: 60_000, interval: 1_000 })
    .toBeLessThan(growthBytesMax)
}, 300_000)

async function visits(server: HeapServer, from: number, to: number): Promise<void> {
  let next = from
  const visitor = async () => {
    while (next < to) await visit(server, next++)
  }
  await Promise.all(Array.from({ length: atOnce }, visitor))
}

/** One user signs in from an address of its own, follows, writes, types, reads and leaves. */
async function visit({ port }: HeapServer, nth: number): Promise<void> {
  const role = nth % 10 === 0 ? 'operator' : 'client'
  const headers = { 'x-forwarded-for': `203.0.${nth >> 8}.${nth & 255}` }
  const signedIn = await fetch(`http://127.0.0.1:${port}/api/users/login`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ email: `user-${nth}@example.test`, name: `User ${nth}`, role }),
  })
  const { token } = loginSchema.parse(await signedIn.json())
  await using socket = await openRaw(`ws://127.0.0.1:${port}`, { token, headers })
  socket.send({ id: 1, method: 'subscription', params: { path: 'inbox.events', input: {} } })
  if (role === 'client') await writeInNewChat(socket, nth)
  await socket.frame((frame) => isLive(frame, 1))
  socket.ws.close()
  await socket.closed()
}

async function writeInNewChat(socket: RawSocket, nth: number): Promise<void> {
  const { chat } = chatSchema.parse(await call(socket, 2, { path: 'chats.create' }))
  const chatId = chat.id
  socket.send({ id: 3, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })
  await call(socket, 4, { path: 'chats.typing', input: { chatId } })
  await call(socket, 5, { path: 'messages.send', input: { chatId, text: 'x'.repeat(1_000), clientMsgId: `m-${nth}` } })
  await call(socket, 6, { path: 'chats.markRead', input: { chatId, seq: 1 } })
  await socket.frame((frame) => isLive(frame, 3))
}

const loginSchema = z.object({ token: z.string() })
const chatSchema = z.object({ chat: z.object({ id: z.number() }) })
const answerSchema = z.object({ id: z.number(), result: z.object({ data: z.unknown().optional() }) })

/** Makes a mutation, and returns its data. */
async function call(socket: RawSocket, id: number, params: { path: string; input?: object }): Promise<unknown> {
  socket.send({ id, method: 'mutation', params })
  const answer = await socket.frame((frame) => answerSchema.safeParse(frame).data?.id === id)
  return answerSchema.parse(answer).result.data
}

function isLive(frame: unknown, id: number): boolean {
  return answerSchema.safeParse(frame).data?.id === id && JSON.stringify(frame).includes('"t":"live"')
}
