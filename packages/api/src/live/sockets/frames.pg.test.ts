import { frameBytesMax, socketBatchMax, socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'
import { sendBatch } from '@deskbell/core/messages/send-batch'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { openRaw, signInByRest, stockClient } from '@deskbell/testkit/probes/live-probe'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

let server: TestServer
let token: string
let chatId: number

beforeAll(async () => {
  server = await startTestServer()
  token = (await signInByRest(server.url, 'client')).token
  using stock = stockClient(server.wsUrl, token)
  chatId = (await stock.client.chats.create.mutate({})).chat.id
})
afterAll(() => server.close())

const answerSchema = z.object({
  id: z.union([z.string(), z.number(), z.null()]),
  error: z.object({ data: z.object({ code: z.string(), requestId: z.string() }) }).optional(),
  result: z.object({ type: z.string().optional() }).optional(),
})

function answers(frames: readonly unknown[]): z.infer<typeof answerSchema>[] {
  return frames.flatMap((frame) => answerSchema.safeParse(frame).data ?? [])
}

const me = (id: number | string) => ({ id, method: 'query', params: { path: 'users.me' } })
const follow = (id: number | string) => ({
  id,
  method: 'subscription',
  params: { path: 'chats.events', input: { chatId } },
})
const create = (id: number | string) => ({ id, method: 'mutation', params: { path: 'chats.create', input: {} } })

/** Checks that the server still serves other sockets. */
async function expectAlive(): Promise<void> {
  using stock = stockClient(server.wsUrl, token)
  expect((await stock.client.users.me.query()).user.role).toBe('client')
}

describe('broken frames', () => {
  test.each([
    ['no JSON', 'hello'],
    ['an empty frame', ''],
    ['null', 'null'],
    ['a number', '1'],
    ['an unknown method', '{"id":1,"method":"steal","params":{"path":"users.me"}}'],
    ['no params', '{"id":1,"method":"query"}'],
    ['a path that is no string', '{"id":1,"method":"query","params":{"path":{"toString":1}}}'],
    ['an id that is an object', '{"id":{},"method":"query","params":{"path":"users.me"}}'],
    ['nested arrays', '[[{"id":1,"method":"query","params":{"path":"users.me"}}]]'],
    ['a good call beside a broken one', '[{"id":1,"method":"query","params":{"path":"users.me"}},7]'],
    ['deep nesting', '['.repeat(100_000) + ']'.repeat(100_000)],
    [
      'a lastEventId that is a number',
      '{"id":1,"method":"subscription","params":{"path":"chats.events","lastEventId":7}}',
    ],
  ])('[SOCK-5] %s closes only its own socket, with an error and 4400', async (_, text) => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send(text)
    expect(await socket.closed()).toBe(4400)
    expect(answers(socket.frames)).toMatchObject([{ id: null, error: { data: { code: 'invalid_input' } } }])
    await expectAlive()
  })

  test('[SOCK-5] calls behind a broken frame run nothing, though they arrive before the socket is closed', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    const before = await countChats()
    // In one piece, so that the server has read them all before the close is answered.
    const { _socket: connection } = z.object({ _socket: z.custom<import('node:net').Socket>() }).parse(socket.ws)
    connection.cork()
    socket.send('hello')
    for (let id = 0; id < 5; id += 1) socket.send(create(id))
    connection.uncork()
    expect(await socket.closed()).toBe(4400)
    await expectAlive()
    expect(await countChats()).toBe(before)
  })

  test('[SOCK-5] a binary frame closes only its own socket, with 4400', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send(Buffer.from([0, 255, 1]))
    expect(await socket.closed()).toBe(4400)
    await expectAlive()
  })

  test.each([
    'hello',
    '[]',
    'null',
    '7',
    '{"method":"connectionParams","data":[1]}',
    '{"method":"connectionParams","data":{"token":{}}}',
    '{}',
  ])('[SOCK-5] a first frame %s in place of connectionParams closes only its own socket', async (text) => {
    await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
    socket.send(text)
    expect(await socket.closed()).toBeGreaterThan(1000)
    await expectAlive()
  })

  test.each([
    ['reserved bits', Buffer.from([0xf1, 0x80, 1, 2, 3, 4])],
    ['an unmasked frame', Buffer.from([0x81, 0x01, 0x61])],
    ['a length beyond any bound', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0])],
    ['bytes that are no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
    ['a close with a bad code', Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01])],
  ])('[SOCK-5] %s on the wire closes only its own socket', async (_, bytes) => {
    await using socket = await openRaw(server.wsUrl, { token })
    // Only the raw connection under the library can send such bytes.
    const { _socket: connection } = z.object({ _socket: z.custom<import('node:net').Socket>() }).parse(socket.ws)
    connection.write(bytes)
    await socket.closed()
    await expectAlive()
  })

  test('[SOCK-5] a stop of an unknown stream is ignored, and an unknown procedure is not_found', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send({ id: 99, method: 'subscription.stop' })
    for (const path of ['nothing.here', '__proto__', 'constructor.prototype', 'users', 'chats.events'])
      socket.send({ id: path, method: 'query', params: { path } })
    await waitFor(() => answers(socket.frames).length === 5)
    expect(new Set(answers(socket.frames).map((answer) => answer.error?.data.code))).toEqual(new Set(['not_found']))
    expect(socket.closeCode()).toBeNull()
  })

  test('[SOCK-9] an error has its code and the request id, and no internals', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send({ id: 1, method: 'query', params: { path: 'chats.get', input: { chatId: 999_999 } } })
    socket.send({ id: 2, method: 'mutation', params: { path: 'chats.close', input: { chatId } } })
    socket.send({ id: 3, method: 'mutation', params: { path: 'messages.send', input: { chatId: "1' or 1=1" } } })
    await waitFor(() => answers(socket.frames).length === 3)
    const codes = answers(socket.frames).map(({ id, error }) => [id, error?.data.code, error?.data.requestId.length])
    expect(codes.toSorted()).toEqual([
      [1, 'not_found', 36],
      [2, 'forbidden', 36],
      [3, 'invalid_input', 36],
    ])
    expect(JSON.stringify(socket.frames)).not.toMatch(/stack|node_modules|select |\.ts|\/packages\//i)
  })
})

test('[SOCK-9] an unexpected failure is internal for the client, and only the log has its cause', async () => {
  const lines: string[] = []
  const log = { ...silentLogger, error: (fields: object) => void lines.push(JSON.stringify(fields)) }
  await using broken = await startTestServer({ log })
  const login = await signInByRest(broken.url, 'operator')
  await using socket = await openRaw(broken.wsUrl, login)
  await broken.db.pool.query('alter table chats rename to chats_gone')
  socket.send({ id: 1, method: 'query', params: { path: 'chats.list', input: {} } })
  socket.send({ id: 2, method: 'subscription', params: { path: 'chats.events', input: { chatId: 1 } } })
  await waitFor(() => answers(socket.frames).filter(({ error }) => error !== undefined).length === 2)
  const failed = answers(socket.frames).flatMap(({ error }) => error?.data ?? [])
  expect(failed.map(({ code }) => code)).toEqual(['internal', 'internal'])
  expect(JSON.stringify(socket.frames)).not.toMatch(/relation|chats_gone|select|42P01|\.ts/i)
  expect(lines.join()).toContain('42P01')
  expect(lines.join()).toContain(failed[0]?.requestId)
})

describe('limits', () => {
  test(`[SOCK-4] a frame over ${frameBytesMax} bytes closes its socket with 1009`, async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send('x'.repeat(frameBytesMax + 1))
    expect(await socket.closed()).toBe(1009)
    await expectAlive()
  })

  test('[SOCK-4] a batch of more than 20 calls runs none of them, and each gets invalid_input', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    const before = await countChats()
    socket.send(Array.from({ length: socketBatchMax + 1 }, (_, id) => create(id)))
    await waitFor(() => answers(socket.frames).length === socketBatchMax + 1)
    expect(new Set(answers(socket.frames).map((answer) => answer.error?.data.code))).toEqual(new Set(['invalid_input']))
    expect(await countChats()).toBe(before)
  })

  test('[SOCK-4] a batch of thousands of calls closes its socket with 4400 and runs none of them', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    const before = await countChats()
    socket.send(`[${Array.from({ length: 3_000 }, (_, id) => JSON.stringify(create(id))).join(',')}]`)
    expect(await socket.closed()).toBe(4400)
    expect(await countChats()).toBe(before)
  })

  test('[SOCK-4] of 20 calls at once 16 are answered and 4 are rate_limited, and later calls run again', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    socket.send(Array.from({ length: socketBatchMax }, (_, id) => me(id)))
    await waitFor(() => answers(socket.frames).length === socketBatchMax)
    const refused = answers(socket.frames).filter((answer) => answer.error?.data.code === 'rate_limited')
    expect(refused).toHaveLength(socketBatchMax - socketCallsMax)
    socket.send(me('again'))
    expect(await socket.frame((frame) => answerSchema.parse(frame).id === 'again')).toHaveProperty('result')
  })

  test('[SOCK-4] the seventeenth stream of a socket is rate_limited, and a stopped one makes room', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    for (let id = 0; id <= socketSubscriptionsMax; id += 1) socket.send(follow(id))
    await socket.frame((frame) => answerSchema.parse(frame).error?.data.code === 'rate_limited')
    expect(answers(socket.frames).find(({ error }) => error)?.id).toBe(socketSubscriptionsMax)
    socket.send({ id: 3, method: 'subscription.stop' })
    await socket.frame((frame) => answerSchema.parse(frame).result?.type === 'stopped')
    socket.send(follow('late'))
    await socket.frame(
      (frame) => answerSchema.parse(frame).id === 'late' && answerSchema.parse(frame).result?.type === 'started',
    )
  })

  test('[SOCK-4] a call with an id in use is invalid_input, and makes no room for another stream', async () => {
    await using socket = await openRaw(server.wsUrl, { token })
    for (let id = 0; id < socketSubscriptionsMax; id += 1) socket.send(follow(id))
    for (let nth = 0; nth < 5; nth += 1) socket.send(follow(0))
    socket.send(follow('one more'))
    await socket.frame((frame) => answerSchema.parse(frame).id === 'one more')
    const codes = answers(socket.frames).flatMap((answer) => answer.error?.data.code ?? [])
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'invalid_input'), 'rate_limited'])
  })
})

describe('a stream', () => {
  test('[LIVE-12] that is stopped before it begins sends `stopped` and leaves no follower', async () => {
    const { chat } = await setUpChat(server.core)
    const operator = await signInByRest(server.url, 'operator')
    await using reader = await openRaw(server.wsUrl, operator)
    const call = { id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } }
    reader.send([call, { id: 1, method: 'subscription.stop' }, { ...call, id: 2 }])
    await reader.frame((frame) => JSON.stringify(frame).includes('"live"'))
    const own = answers(reader.frames).filter(({ id }) => id === 1)
    expect(own.map(({ result }) => result?.type)).toEqual(['stopped'])
    expect(server.core.hub.memory().followers).toBe(1)
    reader.send({ id: 2, method: 'subscription.stop' })
    await waitFor(() => server.core.hub.memory().followers === 0)
  })

  test('[LIVE-22] sends the entries of one batch as one frame, with the same bytes to every follower', async () => {
    const { client, chat } = await setUpChat(server.core)
    const operator = await signInByRest(server.url, 'operator')
    const sockets = await Promise.all([1, 2, 3].map(() => openRaw(server.wsUrl, operator)))
    const call = { id: 7, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } }
    for (const socket of sockets) socket.send(call)
    for (const socket of sockets) await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
    const texts: string[][] = sockets.map(() => [])
    for (const [place, { ws }] of sockets.entries()) ws.on('message', (data) => texts[place]?.push(String(data)))
    const items = ['a', 'b', 'c'].map((text) => ({ text, clientMsgId: uniqueId(text) }))
    await sendBatch(server.core, client, { chatId: chat.id, items })
    await waitFor(() => texts.every((own) => own.some((text) => text.includes('"t":"ev"'))))
    const entries = texts.flatMap((own) => own.filter((text) => text.includes('"t":"ev"')))
    expect(entries).toHaveLength(3)
    expect(new Set(entries).size).toBe(1)
    expect(entries[0]?.match(/"kind":"message"/g)).toHaveLength(3)
    for (const socket of sockets) await socket[Symbol.asyncDispose]()
  })
})

async function countChats(): Promise<number> {
  const { rows } = await server.db.pool.query<{ count: number }>('select count(*)::int as count from chats')
  return rows[0]?.count ?? -1
}

describe('keep-alive', () => {
  test('[SOCK-7] a peer that answers no ping is cut off, and one that answers stays connected', async () => {
    await using quick = await startTestServer({ timings: { pingMs: 60, pongMs: 60 } })
    const login = await signInByRest(quick.url, 'client')
    await using dead = await openRaw(quick.wsUrl, login)
    await using living = await openRaw(quick.wsUrl, login)
    living.ws.on('message', (data) => String(data) === 'PING' && living.send('PONG'))
    expect(await dead.closed()).toBe(1006)
    await waitFor(() => living.frames.filter((frame) => frame === 'PING').length > 3)
    expect(living.closeCode()).toBeNull()
    living.send('PING')
    await living.frame((frame) => frame === 'PONG')
  })
})
