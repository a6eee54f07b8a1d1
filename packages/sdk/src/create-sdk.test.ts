import { chatIdSchema } from '@deskbell/contract/ids'
import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient } from '@trpc/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AppRouter, createSdk, errorCode, type Sdk, type SdkOptions, toUserId } from './index.ts'
import { FakeSocket } from './testing/fake-socket.ts'

const chatId = chatIdSchema.parse(1)
const asked: Request[] = []
let sdk: Sdk

beforeEach(() => {
  FakeSocket.made.length = 0
  asked.length = 0
})

afterEach(() => sdk.close())

/** A server without any session. */
const refusingFetch: typeof fetch = async (input, init) => {
  asked.push(new Request(input, init))
  const error = { code: -32_001, message: 'no', data: { code: 'unauthenticated', httpStatus: 401 } }
  return Response.json({ error }, { status: 401 })
}

function answer(data: object): typeof fetch {
  return async (input, init) => {
    asked.push(new Request(input, init))
    return Response.json({ result: { data } })
  }
}

function make(options: Partial<SdkOptions>): void {
  sdk = createSdk({ url: 'https://desk.example', WebSocket: FakeSocket, fetch: refusingFetch, ...options })
}

async function firstSocket(): Promise<FakeSocket> {
  await waitFor(() => FakeSocket.made.length > 0, { what: 'a socket' })
  return FakeSocket.newest()
}

describe('createSdk', () => {
  test('[AUTH-7] with the cookie, socket and calls name the role of the session, and carry no token', async () => {
    make({ role: 'operator', session: 'cookie' })
    sdk.inbox()
    expect((await firstSocket()).url).toBe('wss://desk.example/trpc?role=operator')
    await sdk.api.users.me.query().catch(errorCode)
    expect(asked[0]?.url).toContain('https://desk.example/trpc/users.me')
    expect(asked[0]?.headers.get('deskbell-role')).toBe('operator')
    expect(asked[0]?.headers.get('authorization')).toBeNull()
  })

  test('[SDK-1] with a token, the socket sends it in its first frame, never in its address', async () => {
    make({ token: 'secret' })
    sdk.inbox()
    const socket = await firstSocket()
    expect(socket.url).toBe('wss://desk.example/trpc?connectionParams=1')
    socket.accept()
    await waitFor(() => socket.sent.length > 0)
    expect(JSON.parse(String(socket.sent[0]))).toEqual({ method: 'connectionParams', data: { token: 'secret' } })
    await sdk.api.users.me.query().catch(errorCode)
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret')
  })

  test('[SDK-1] the socket may be at another address than the calls', async () => {
    make({ token: 'secret', socketUrl: 'http://sockets.example:8080' })
    sdk.inbox()
    expect((await firstSocket()).url).toBe('ws://sockets.example:8080/trpc?connectionParams=1')
  })

  test('[SDK-6] without a session nothing is opened, and calls fail with `unauthenticated`', async () => {
    make({})
    expect(await sdk.api.chats.list.query({}).catch(errorCode)).toBe('unauthenticated')
    expect(await sdk.send(chatId, 'hello').catch(errorCode)).toBe('unauthenticated')
    expect(sdk.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(FakeSocket.made).toHaveLength(0)
  })

  test('[SDK-6] a closed sdk rejects waiting sends, and does nothing more', async () => {
    make({ token: 'secret' })
    const follower = sdk.follow(chatId)
    const sent = sdk.send(chatId, 'hello').catch(errorCode)
    await firstSocket()
    sdk.close()
    expect(await sent).toBe('unavailable')
    expect(sdk.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'closed' })
    const shown = follower.getSnapshot()
    expect(await sdk.api.chats.list.query({}).catch(errorCode)).toBe('unavailable')
    expect(follower.getSnapshot()).toBe(shown)
    expect(FakeSocket.made).toHaveLength(1)
  })

  test('[SDK-28] calls and sockets name the user of the session', async () => {
    make({ role: 'client', session: 'cookie', userId: toUserId(7) })
    sdk.inbox()
    expect((await firstSocket()).url).toBe('wss://desk.example/trpc?role=client&user=7')
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.map(({ headers }) => headers.get('deskbell-user'))).toEqual(asked.map(() => '7'))
  })

  test('[SDK-28] the server is asked once who is signed in, however many subscribe', async () => {
    make({ token: 'secret', fetch: answer({ user: { id: 7, name: 'Ann' } }) })
    expect([sdk.session.getSnapshot(), asked.length]).toEqual([{ kind: 'unknown' }, 0])
    const stops = [1, 2, 3].map(() => sdk.session.subscribe(() => {}))
    sdk.inbox()
    sdk.follow(chatId)
    await waitFor(() => sdk.session.getSnapshot().kind === 'signed-in')
    expect(sdk.session.getSnapshot()).toEqual({ kind: 'signed-in', user: { id: 7, name: 'Ann' } })
    expect(asked).toHaveLength(1)
    for (const stop of stops) stop()
    await sdk.logout()
    expect(sdk.session.getSnapshot()).toEqual({ kind: 'signed-out' })
  })

  test('[SDK-28] an ended session is reported, and a server that does not answer leaves it unknown', async () => {
    make({ token: 'old' })
    sdk.session.subscribe(() => {})
    await waitFor(() => sdk.session.getSnapshot().kind === 'signed-out')
    sdk.close()
    make({ token: 'secret', fetch: () => Promise.reject(new TypeError('no network')) })
    sdk.session.subscribe(() => {})
    await firstSocket()
    expect(sdk.session.getSnapshot()).toEqual({ kind: 'unknown' })
  })

  test('[SDK-28] a call that fails while the connection stays online is repeated, until the user is known', async () => {
    let left = 3
    const user = { id: 7, name: 'Ann' }
    const server: typeof fetch = async (input, init) => {
      if (FakeSocket.made.length > 0) left -= 1
      if (left > 0) throw new TypeError('no network')
      return answer({ user })(input, init)
    }
    make({ token: 'secret', fetch: server, random: () => 0 })
    sdk.session.subscribe(() => {})
    const socket = await firstSocket()
    socket.accept()
    await waitFor(() => sdk.session.getSnapshot().kind === 'signed-in')
    expect([left, FakeSocket.made.length]).toEqual([0, 1])
  })

  test('[SDK-28] a late answer about an old session does not change the new one', async () => {
    const user = { id: 7, name: 'Ann' }
    const late = Promise.withResolvers<Response>()
    const server: typeof fetch = (input, init) =>
      String(input).includes('users.login') ? answer({ user, token: 'new' })(input, init) : late.promise
    make({ token: 'old', fetch: server })
    const seen: string[] = []
    sdk.session.subscribe(() => seen.push(sdk.session.getSnapshot().kind))
    await sdk.login({ email: 'ann@example.test', name: 'Ann', role: 'client' })
    late.resolve(await refusingFetch('https://desk.example/trpc/users.me'))
    await waitFor(() => sdk.connection.getSnapshot().kind !== 'ended')
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toEqual(['signed-in'])
  })

  test('[SDK-30] the direction of infinite queries, which the server would refuse, is removed', async () => {
    make({ token: 'secret' })
    const client = createTRPCClient<AppRouter>({ links: sdk.links })
    const input: object = { userIds: [7], direction: 'forward' }
    await client.users.online.query(input as { userIds: number[] }).catch(errorCode)
    expect(new URL(asked[0]?.url ?? '').searchParams.get('input')).toBe('{"userIds":[7]}')
  })

  test('[SDK-26] without a WebSocket the error says what is missing', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => createSdk({ url: 'https://desk.example', token: 'secret' })).toThrow('give createSdk one')
    vi.unstubAllGlobals()
  })
})
