import { chatIdSchema } from '@deskbell/contract/ids'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FakeSocket } from './connection/fake-socket.ts'
import { createSdk, errorCode, type Sdk, type SdkOptions } from './index.ts'

const chatId = chatIdSchema.parse(1)
const asked: Request[] = []
let sdk: Sdk

beforeEach(() => {
  FakeSocket.made.length = 0
  asked.length = 0
})

afterEach(() => sdk.close())

/** A server that knows nobody. */
const refusingFetch: typeof fetch = async (input, init) => {
  asked.push(new Request(input, init))
  const error = { code: -32_001, message: 'no', data: { code: 'unauthenticated', httpStatus: 401 } }
  return Response.json({ error }, { status: 401 })
}

function make(options: Partial<SdkOptions>): void {
  sdk = createSdk({ url: 'https://desk.example', WebSocket: FakeSocket, fetch: refusingFetch, ...options })
}

async function firstSocket(): Promise<FakeSocket> {
  await waitFor(() => FakeSocket.made.length > 0, { what: 'a socket' })
  const [socket] = FakeSocket.made
  if (socket === undefined) throw new Error('No socket was made.')
  return socket
}

describe('createSdk', () => {
  test('[AUTH-7] with the cookie, the socket and the calls name the session that is meant, and carry no token', async () => {
    make({ role: 'operator', session: 'cookie' })
    sdk.inbox()
    expect((await firstSocket()).url).toBe('wss://desk.example/trpc?role=operator')
    await sdk.client.users.me.query().catch(errorCode)
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
    await sdk.client.users.me.query().catch(errorCode)
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer secret')
  })

  test('[SDK-1] the socket may be at another address than the calls', async () => {
    make({ token: 'secret', socketUrl: 'http://sockets.example:8080' })
    sdk.inbox()
    expect((await firstSocket()).url).toBe('ws://sockets.example:8080/trpc?connectionParams=1')
  })

  test('[SDK-6] without a session nothing is opened, and calls say so', async () => {
    make({})
    expect(await sdk.client.chats.list.query({}).catch(errorCode)).toBe('unauthenticated')
    expect(await sdk.send(chatId, 'hello').catch(errorCode)).toBe('unauthenticated')
    expect(sdk.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(FakeSocket.made).toHaveLength(0)
  })

  test('[SDK-6] a closed sdk tells those who wait, and does nothing more', async () => {
    make({ token: 'secret' })
    const follower = sdk.follow(chatId)
    const sent = sdk.send(chatId, 'hello').catch(errorCode)
    await firstSocket()
    sdk.close()
    expect(await sent).toBe('unavailable')
    expect(sdk.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'closed' })
    const shown = follower.getSnapshot()
    expect(await sdk.client.chats.list.query({}).catch(errorCode)).toBe('unavailable')
    expect(follower.getSnapshot()).toBe(shown)
    expect(FakeSocket.made).toHaveLength(1)
  })
})
