import type { LoginOutput } from '@deskbell/contract/users'
import { newChat, signIn } from '@deskbell/testkit/factories'
import { openRaw, type RawSocket } from '@deskbell/testkit/probes/live-probe'
import { openSse } from '@deskbell/testkit/probes/sse-probe'
import { startServerPair, startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const presenceTimings = { refreshMs: 200, expiryMs: 3_000, graceMs: 1_000, pollMs: 100, soonMs: 10 }

const frameSchema = z.object({
  id: z.number(),
  result: z.object({ data: z.object({ id: z.string(), data: z.looseObject({ t: z.string() }) }) }),
})

const onlineSchema = z.object({
  id: z.number(),
  result: z.object({ data: z.object({ online: z.array(z.number()) }) }),
})

type Following = AsyncDisposable & {
  socket: RawSocket
  /** The received frames of one kind, of the chat or of the inbox. */
  of(stream: 'chat' | 'inbox', t: string): Record<string, unknown>[]
  ids(t: string): string[]
}

/** Opens a socket that follows its inbox and a chat. */
async function follow(server: TestServer, { token }: LoginOutput, chatId: number): Promise<Following> {
  const socket = await openRaw(server.wsUrl, { token })
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })
  socket.send({ id: 2, method: 'subscription', params: { path: 'inbox.events' } })
  const steps = () => socket.frames.flatMap((frame) => frameSchema.safeParse(frame).data ?? [])
  const of = (stream: 'chat' | 'inbox', t: string) =>
    steps()
      .filter(({ id, result }) => id === (stream === 'chat' ? 1 : 2) && result.data.data.t === t)
      .map(({ result }) => result.data.data)
  const ids = (t: string) => steps().flatMap(({ result: { data } }) => (data.data.t === t ? [data.id] : []))
  await waitFor(() => of('chat', 'live').length > 0 && of('inbox', 'live').length > 0)
  return { socket, of, ids, [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose]() }
}

async function setUpPresence({ core }: TestServer) {
  const [client, operator] = [await signIn(core, 'client'), await signIn(core, 'operator')]
  return { client, operator, chatId: (await newChat(core, client.actor)).id }
}

type Asked = { userIds: number[]; online: number[] }

/** Asks over a separate socket which of these users are online, until the answer is `online`. */
async function waitForOnline(server: TestServer, { token }: LoginOutput, { userIds, online }: Asked) {
  await using socket = await openRaw(server.wsUrl, { token })
  let asked = 0
  await waitFor(async () => {
    asked += 1
    socket.send({ id: asked, method: 'query', params: { path: 'users.online', input: { userIds } } })
    await waitFor(() => socket.frames.some((frame) => onlineSchema.safeParse(frame).data?.id === asked))
    const answer = onlineSchema.parse(socket.frames.at(-1)).result.data.online
    return answer.toSorted().join() === online.toSorted().join()
  })
}

/** Imitates `kill -9`: from now on the process writes nothing to the database, and its sockets break. */
async function kill(server: TestServer): Promise<void> {
  Reflect.set(server.db.pool, 'query', async () => {
    throw new Error('killed')
  })
  await server.close()
}

test('[LIVE-15] a user connected to one process is online for followers on another until it leaves', async () => {
  await using pair = await startServerPair({ presenceTimings })
  const { client, operator, chatId } = await setUpPresence(pair[0])
  await using first = await follow(pair[0], client, chatId)
  await waitFor(() => first.of('inbox', 'presence').length === 1)
  const there = await follow(pair[1], operator, chatId)
  await waitFor(() => there.of('chat', 'presence').at(-1)?.['clientOnline'] === true)
  await waitFor(() => first.of('inbox', 'presence').length === 2)
  await there[Symbol.asyncDispose]()
  await waitFor(() => first.of('inbox', 'presence').length === 3)
  // A client learns only this: no name, no number, no address.
  expect(first.of('inbox', 'presence')).toEqual(
    [false, true, false].map((operatorsOnline) => ({ t: 'presence', operatorsOnline })),
  )
  expect(first.of('chat', 'presence')).toEqual([])
  expect(there.of('inbox', 'presence')).toEqual([])
})

test('[LIVE-15] a user with only a stream over HTTP is online', async () => {
  await using server = await startTestServer({ presenceTimings })
  const { client, operator, chatId } = await setUpPresence(server)
  await using watching = await follow(server, operator, chatId)
  const isOnline = (online: boolean) =>
    waitFor(() => watching.of('chat', 'presence').at(-1)?.['clientOnline'] === online)
  await isOnline(false)
  const stream = await openSse(`${server.url}/trpc/inbox.events?input={}`, { authorization: `Bearer ${client.token}` })
  await isOnline(true)
  await stream[Symbol.asyncDispose]()
  await isOnline(false)
})

test('[LIVE-15] users of a killed process become away, last seen about when it was killed', timed, async () => {
  await using pair = await startServerPair({ presenceTimings })
  const { client, operator, chatId } = await setUpPresence(pair[0])
  await using watching = await follow(pair[0], operator, chatId)
  await using _ = await follow(pair[1], client, chatId)
  await waitFor(() => watching.of('chat', 'presence').at(-1)?.['clientOnline'] === true)
  const [killedAt, from] = [Date.now(), performance.now()]
  await kill(pair[1])
  const last = () => watching.of('chat', 'presence').at(-1)
  await waitFor(() => last()?.['clientOnline'] === false)
  // Longer than the grace period, because no process has reported that the user left.
  expect(performance.now() - from).toBeGreaterThan(presenceTimings.graceMs)
  const seenAt = Date.parse(String(last()?.['clientSeenAt']))
  expect(seenAt).toBeLessThanOrEqual(killedAt + 100)
  expect(seenAt).toBeGreaterThan(killedAt - presenceTimings.expiryMs)
})

test('[LIVE-23] an operator gets the online clients of all processes, without those of a killed one', async () => {
  await using pair = await startServerPair({ presenceTimings })
  const { client, operator, chatId } = await setUpPresence(pair[0])
  const other = await signIn(pair[0].core, 'client')
  const never = await signIn(pair[0].core, 'client')
  const userIds = [client, operator, other, never].map(({ user }) => user.id)
  await using first = await follow(pair[0], client, chatId)
  await using _ = await openRaw(pair[1].wsUrl, { token: other.token })
  await waitForOnline(pair[0], operator, { userIds, online: [client.user.id, other.user.id] })
  await kill(pair[1])
  await waitForOnline(pair[0], operator, { userIds, online: [client.user.id] })
  await first[Symbol.asyncDispose]()
  await waitForOnline(pair[0], operator, { userIds, online: [] })
})

describe.each(['memory', 'postgres'] as const)('typing over the %s bus', (bus) => {
  test(`[LIVE-13] typing over the ${bus} bus is delivered to other followers, and not to the writer`, async () => {
    await using first = await startTestServer({ bus })
    await using second =
      bus === 'postgres' ? await startTestServer({ bus, connectionString: first.connectionString }) : null
    const { client, operator, chatId } = await setUpPresence(first)
    await using writer = await follow(first, client, chatId)
    await using reader = await follow(second ?? first, operator, chatId)
    const from = Date.now()
    writer.socket.send({ id: 3, method: 'mutation', params: { path: 'chats.typing', input: { chatId } } })
    await waitFor(() => reader.of('chat', 'typing').length > 0)
    const [typing] = reader.of('chat', 'typing')
    expect(typing).toEqual({ t: 'typing', userId: client.user.id, role: 'client', until: expect.any(String) })
    const untilMs = Date.parse(String(typing?.['until'])) - from
    expect(untilMs).toBeGreaterThan(5_000)
    expect(reader.ids('typing')).toEqual([expect.stringMatching(/:0~/)])
    // A later frame that the writer must receive shows that the own one was not sent.
    reader.socket.send({ id: 3, method: 'mutation', params: { path: 'chats.typing', input: { chatId } } })
    await waitFor(() => writer.of('chat', 'typing').length > 0)
    expect(writer.of('chat', 'typing').map((frame) => frame['userId'])).toEqual([operator.user.id])
  })
})
