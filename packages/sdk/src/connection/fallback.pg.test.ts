import { createServer, type Server } from 'node:net'
import { uniqueId } from '@deskbell/testkit/factories'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ChatFollower, createSdk, errorCode, type Sdk } from '../index.ts'

let server: TestServer
/** `proxy` carries the calls, `gate` the sockets. */
let proxy: FaultProxy
let gate: FaultProxy
let hole: Server
const open: Sdk[] = []

beforeAll(async () => {
  server = await startTestServer()
  gate = await startFaultProxy(server.url)
  hole = createServer(() => {}).listen(0, '127.0.0.1')
})

// A new one for each test: `fetch` reuses connections that a test has cut for the next calls to the same address.
beforeEach(async () => {
  proxy = await startFaultProxy(server.url)
  gate.target(null)
})

afterEach(async () => {
  for (const sdk of open.splice(0)) sdk.close()
  await proxy.close()
})

afterAll(async () => {
  hole.close()
  await gate.close()
  await server.close()
})

type Person = { role: 'client' | 'operator'; socketUrl?: string }

async function signedIn({ role, socketUrl = gate.url }: Person): Promise<Sdk> {
  const sdk = createSdk({ url: proxy.url, socketUrl, role, fallback: true, random: () => 0.05 })
  open.push(sdk)
  await sdk.login({ email: `${uniqueId(role)}@example.test`, name: `A ${role}`, role })
  return sdk
}

const overHttp = { kind: 'online', via: 'http' } as const
const bySocket = { kind: 'online', via: 'socket' } as const

async function online(sdk: Sdk, state: typeof overHttp | typeof bySocket): Promise<void> {
  const { kind, via } = state
  const is = () => {
    const now = sdk.connection.getSnapshot()
    return now.kind === kind && now.via === via
  }
  await waitFor(is, { what: `a connection by ${via}` })
}

async function live(follower: ChatFollower): Promise<void> {
  await waitFor(() => follower.getSnapshot().status === 'live', { what: 'a live timeline' })
}

function texts(follower: ChatFollower): string[] {
  return follower.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []))
}

function seqs(follower: ChatFollower): number[] {
  return follower.getSnapshot().entries.map((entry) => entry.seq)
}

describe('the fallback over HTTP', () => {
  test('[SDK-15] where sockets are refused, a whole chat works over HTTP', async () => {
    const [client, operator] = await Promise.all([signedIn({ role: 'client' }), signedIn({ role: 'operator' })])
    const { chat } = await client.api.chats.create.mutate({})
    await online(client, overHttp)
    const inbox = operator.inbox()
    const [mine, theirs] = [client.follow(chat.id), operator.follow(chat.id)]
    await Promise.all([live(mine), live(theirs)])
    mine.send('hello')
    await waitFor(() => texts(theirs).includes('hello'), { what: 'the message' })
    theirs.typing()
    await waitFor(() => mine.getSnapshot().typing.length === 1, { what: 'typing' })
    theirs.send('good day')
    await waitFor(() => texts(mine).length === 2 && mine.getSnapshot().typing.length === 0, { what: 'the answer' })
    await waitFor(() => inbox.getSnapshot().rows.has(chat.id), { what: 'a row' })
    await operator.api.chats.close.mutate({ chatId: chat.id })
    await waitFor(() => mine.getSnapshot().chatStatus === 'closed', { what: 'the close' })
    expect(await client.send(chat.id, 'too late').catch(errorCode)).toBe('chat_closed')
  })

  test('[SDK-15] a connection over HTTP that breaks again and again loses and repeats nothing', async () => {
    const [client, operator] = await Promise.all([signedIn({ role: 'client' }), signedIn({ role: 'operator' })])
    const { chat } = await client.api.chats.create.mutate({})
    const [mine, theirs] = [client.follow(chat.id), operator.follow(chat.id)]
    await Promise.all([live(mine), live(theirs)])
    const sent: string[] = []
    for (let round = 0; round < 8; round += 1) {
      for (let each = 0; each < 5; each += 1) sent.push(`${round}.${each}`)
      for (const text of sent.slice(-5)) mine.send(text)
      await waitFor(() => texts(mine).length > round * 5, { what: 'a first one' })
      expect(proxy.cut()).toBeGreaterThan(0)
    }
    await waitFor(() => texts(theirs).length === sent.length && texts(mine).length === sent.length)
    expect(texts(theirs)).toEqual(sent)
    expect(texts(mine)).toEqual(sent)
    expect(seqs(mine)).toEqual(sent.map((_, index) => index + 1))
    await online(client, overHttp)
  })

  test('[SDK-15] when sockets work again, everything moves to one and resumes from the last frame', async () => {
    const client = await signedIn({ role: 'client' })
    const { chat } = await client.api.chats.create.mutate({})
    const mine = client.follow(chat.id)
    await live(mine)
    mine.send('by http')
    await waitFor(() => texts(mine).length === 1)
    gate.target(server.url)
    // More than once: an attempt that began before may fail after.
    await waitFor(
      () => {
        client.retryNow()
        const now = client.connection.getSnapshot()
        return now.kind === 'online' && now.via === 'socket'
      },
      { intervalMs: 1_000, what: 'a connection by socket' },
    )
    mine.send('by socket')
    await waitFor(() => texts(mine).length === 2)
    await live(mine)
    await waitFor(() => server.openStreams() === 0, { what: 'the end of the streams over HTTP' })
    expect(texts(mine)).toEqual(['by http', 'by socket'])
    gate.cut()
    mine.send('by another socket')
    await waitFor(() => texts(mine).length === 3)
    expect(client.connection.getSnapshot()).toEqual(bySocket)
  })

  test('[SDK-15] an upgrade that is never answered is waited for five seconds, once', timed, async () => {
    const address = hole.address()
    const port = typeof address === 'object' ? address?.port : 0
    const client = await signedIn({ role: 'client', socketUrl: `http://127.0.0.1:${port}` })
    const { chat } = await client.api.chats.create.mutate({})
    await online(client, overHttp)
    const mine = client.follow(chat.id)
    await live(mine)
    const began = performance.now()
    proxy.cut()
    await waitFor(() => mine.getSnapshot().status !== 'live', { what: 'the break' })
    await live(mine)
    expect(performance.now() - began).toBeLessThan(4_500)
  })

  test('[SDK-15] an ended session ends the connection over HTTP too', async () => {
    const client = await signedIn({ role: 'client' })
    const { chat } = await client.api.chats.create.mutate({})
    const mine = client.follow(chat.id)
    await live(mine)
    await client.api.users.logout.mutate()
    await waitFor(() => client.connection.getSnapshot().kind === 'ended')
    expect(client.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    await waitFor(() => mine.getSnapshot().status === 'failed')
  })

  test('[SDK-15] a chat without access is refused with its code over HTTP too', async () => {
    const [client, stranger] = await Promise.all([signedIn({ role: 'client' }), signedIn({ role: 'client' })])
    const { chat } = await client.api.chats.create.mutate({})
    await stranger.api.chats.list.query({})
    await online(stranger, overHttp)
    const code = new Promise((resolve) => {
      stranger.api.chats.events.subscribe({ chatId: chat.id }, { onError: (error) => resolve(errorCode(error)) })
    })
    expect(await code).toBe('not_found')
    expect(stranger.connection.getSnapshot()).toEqual(overHttp)
  })
})
