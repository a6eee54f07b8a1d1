import { once } from 'node:events'
import { connect } from 'node:net'
import type { LoginOutput } from '@deskbell/contract/users'
import { openRaw, signInByRest, stockClient, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AppRouter } from '../../router.ts'
import { defaultTimings } from '../live-timings.ts'

/** Short for the tests that wait for it, and long enough to sign in on a busy machine. */
const signInMs = 1_000

let server: TestServer
let client: LoginOutput
let operator: LoginOutput

beforeAll(async () => {
  server = await startTestServer({ timings: { signInMs } })
  client = await signInByRest(server.url, 'client')
  operator = await signInByRest(server.url, 'operator')
})
afterAll(() => server.close())

const me = { id: 1, method: 'query', params: { path: 'users.me' } }

describe('the path of the upgrade', () => {
  test.each(['/', '/trpc', '/?x=1', '/trpc?role=client'])('[SOCK-1] may be %s', async (path) => {
    expect((await tryUpgrade(server.wsUrl, { ...client, path })).status).toBe(101)
  })

  test.each(['/api', '/ws', '/trpc/', '/trpc/users.me', '/login', '//evil.example/', '/chats/1'])(
    '[SOCK-1] may not be %s: the upgrade is refused with 404',
    async (path) => {
      const refusal = await tryUpgrade(server.wsUrl, { ...client, path })
      expect(refusal.status).toBe(404)
      expect(refusal.headers['content-type']).toContain('application/problem+json')
      expect(JSON.parse(refusal.body)).toMatchObject({ code: 'not_found', requestId: refusal.headers['x-request-id'] })
    },
  )

  test('[SOCK-1] a process without the live role refuses every upgrade with 404', async () => {
    await using api = await startTestServer({ roles: { api: true, live: false, pages: false } })
    expect((await tryUpgrade(api.wsUrl, client)).status).toBe(404)
  })

  test('[SOCK-1] a process without the live role survives peers that reset before its response', async () => {
    await using api = await startTestServer({ roles: { api: true, live: false, pages: false } })
    await Promise.all(Array.from({ length: 20 }, () => askAndReset(api.url)))
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
  })

  test('[HTTP-4] the response to an upgrade has a request id', async () => {
    expect((await tryUpgrade(server.wsUrl, client)).headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('the origin of the upgrade', () => {
  const cookie = () => `deskbell_client=${client.token}`

  test('[SOCK-2] the own origin with a cookie is accepted', async () => {
    const headers = { cookie: cookie(), origin: server.url }
    expect((await tryUpgrade(server.wsUrl, { headers })).status).toBe(101)
  })

  test.each(['https://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1.evil.example', 'http://localhost'])(
    '[SOCK-2] N37: the origin %s is refused, with a cookie and with a bearer',
    async (origin) => {
      const withCookie = await tryUpgrade(server.wsUrl, { headers: { cookie: cookie(), origin } })
      const withBearer = await tryUpgrade(server.wsUrl, { ...client, headers: { origin } })
      expect([withCookie.status, withBearer.status]).toEqual([403, 403])
      expect(JSON.parse(withCookie.body).code).toBe('forbidden')
    },
  )

  test('[SOCK-2] without an origin a cookie is refused with 403 and a bearer token is accepted', async () => {
    expect((await tryUpgrade(server.wsUrl, { headers: { cookie: cookie() } })).status).toBe(403)
    expect((await tryUpgrade(server.wsUrl, client)).status).toBe(101)
  })

  test('[AUTH-10] a foreign host is refused with 403', async () => {
    const refusal = await tryUpgrade(server.wsUrl, { ...client, headers: { host: 'evil.example' } })
    expect(refusal.status).toBe(403)
  })
})

describe('the sign-in of a socket', () => {
  async function nameOf(options: Parameters<typeof openRaw>[1]): Promise<unknown> {
    await using socket = await openRaw(server.wsUrl, options)
    socket.send(me)
    return await socket.frame((frame) => JSON.stringify(frame).includes('"role"'))
  }

  test('[AUTH-7] with cookies of both roles ?role= selects the session', async () => {
    const headers = {
      cookie: `deskbell_client=${client.token}; deskbell_operator=${operator.token}`,
      origin: server.url,
    }
    const asOperator = await nameOf({ headers, path: '/?role=operator' })
    const asClient = await nameOf({ headers, path: '/?role=client' })
    expect(JSON.stringify(asOperator)).toContain('"role":"operator"')
    expect(JSON.stringify(asClient)).toContain('"role":"client"')
  })

  test('[AUTH-20] a session of another user than ?user= is unauthenticated, however it is sent', async () => {
    const withCookie = { headers: { cookie: `deskbell_client=${client.token}`, origin: server.url } }
    const own = `/?user=${client.user.id}`
    for (const options of [withCookie, client]) {
      expect((await tryUpgrade(server.wsUrl, { ...options, path: own })).status).toBe(101)
      for (const path of [`/?user=${operator.user.id}`, '/?user=', `/?user=${client.user.id}.0`])
        expect((await tryUpgrade(server.wsUrl, { ...options, path })).status).toBe(401)
    }
    await using late = await openRaw(server.wsUrl, { path: `/?user=${operator.user.id}&connectionParams=1` })
    late.send({ method: 'connectionParams', data: { token: client.token } })
    expect(await late.closed()).toBe(4401)
  })

  test('[AUTH-14] with cookies of both roles and no valid ?role= the upgrade is 401', async () => {
    const headers = {
      cookie: `deskbell_client=${client.token}; deskbell_operator=${operator.token}`,
      origin: server.url,
    }
    expect((await tryUpgrade(server.wsUrl, { headers })).status).toBe(401)
    expect((await tryUpgrade(server.wsUrl, { headers, path: '/?role=boss' })).status).toBe(401)
  })

  test('[AUTH-8] a bearer token wins over cookies, also when it is invalid', async () => {
    const headers = { cookie: `deskbell_client=${client.token}`, origin: server.url }
    expect(JSON.stringify(await nameOf({ ...operator, headers }))).toContain('"role":"operator"')
    expect((await tryUpgrade(server.wsUrl, { token: 'wrong', headers })).status).toBe(401)
  })

  test('[SOCK-3] without a token or with an unknown token the upgrade is 401', async () => {
    const refusal = await tryUpgrade(server.wsUrl)
    expect(refusal.status).toBe(401)
    expect(refusal.headers['retry-after']).toBeUndefined()
    expect((await tryUpgrade(server.wsUrl, { token: `dbs_${'x'.repeat(43)}` })).status).toBe(401)
  })

  test('[SOCK-3] the connectionParams of the stock client sign a socket in', async () => {
    using stock = stockClient(server.wsUrl, client.token)
    expect((await stock.client.users.me.query()).user.role).toBe('client')
  })

  test('[SOCK-3] a socket whose session is checked slowly is not closed as silent', async () => {
    await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
    const slow = await server.db.pool.connect()
    await slow.query('begin')
    await slow.query('lock table sessions in access exclusive mode')
    socket.send({ method: 'connectionParams', data: { token: client.token } })
    socket.send(me)
    // It is opened later and stays silent. Once it is closed, the time limit of the first has passed too.
    await using silent = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
    expect(await silent.closed()).toBe(1012)
    await slow.query('rollback')
    slow.release()
    expect(await socket.frame(() => true)).toMatchObject({ id: 1, result: { type: 'data' } })
  })

  test('[SOCK-3] a socket that sends no connectionParams in time is closed with 1012', async () => {
    await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
    expect(await socket.closed()).toBe(1012)
    expect(defaultTimings.signInMs).toBe(5_000)
  })

  test.each([{}, { token: 'wrong' }, { token: '' }])(
    '[SOCK-3] connectionParams %j get unauthenticated, and the socket is closed with 4401',
    async (data) => {
      await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
      socket.send({ method: 'connectionParams', data })
      expect(await socket.closed()).toBe(4401)
      expect(socket.frames).toMatchObject([{ id: null, error: { data: { code: 'unauthenticated' } } }])
    },
  )

  test.each(['{{{', me, { method: 'connectionParams', data: { token: 5 } }])(
    '[SOCK-12] a first frame %j gets invalid_input, and the socket is closed with 4400',
    async (frame) => {
      await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
      socket.send(frame)
      expect(await socket.closed()).toBe(4400)
      const data = { code: 'invalid_input', requestId: expect.stringMatching(/^[\da-f-]{36}$/) }
      expect(socket.frames).toMatchObject([{ id: null, error: { data } }])
    },
  )

  test('[SOCK-3] the token of connectionParams wins over the cookie, which counts when there is no token', async () => {
    const headers = { cookie: `deskbell_client=${client.token}`, origin: server.url }
    await using socket = await openRaw(server.wsUrl, { headers, path: '/?connectionParams=1' })
    socket.send({ method: 'connectionParams', data: { token: operator.token } })
    socket.send(me)
    expect(JSON.stringify(await socket.frame(isAnswer))).toContain('"role":"operator"')
    await using other = await openRaw(server.wsUrl, { headers, path: '/?connectionParams=1' })
    other.send({ method: 'connectionParams', data: {} })
    other.send(me)
    expect(JSON.stringify(await other.frame(isAnswer))).toContain('"role":"client"')
  })
})

function isAnswer(frame: unknown): boolean {
  return typeof frame === 'object' && frame !== null && 'result' in frame
}

describe('a stock client whose upgrade is refused', () => {
  /** Returns the milliseconds in which the stock client, with its own delays, makes this many attempts. */
  async function triesMs(url: string, options: { token?: string; tries: number; lines: string[] }): Promise<number> {
    const from = performance.now()
    const socket = createWSClient({ url, ...(options.token && { connectionParams: { token: options.token } }) })
    const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] })
    const stream = client.inbox.events.subscribe({}, { onError: () => undefined })
    const isThere = () => options.lines.filter((line) => line.includes('"upgrade"')).length >= options.tries
    await waitFor(isThere)
    const tookMs = performance.now() - from
    stream.unsubscribe()
    await socket.close()
    return tookMs
  }

  // Without a token the client makes four attempts at once before its delays begin.
  test.each([{ token: 'wrong', tries: 2 }, { tries: 5 }])(
    '[SOCK-3] retries with a delay and not at once, with %j',
    async (given) => {
      const lines: string[] = []
      const log = { ...silentLogger, info: (fields: object) => void lines.push(JSON.stringify(fields)) }
      await using strict = await startTestServer({ log })
      // To a server that accepts the socket and then closes it, the client would reconnect at once a hundred times.
      expect(await triesMs(strict.wsUrl, { ...given, lines })).toBeGreaterThan(900)
    },
  )
})

describe('hostile handshakes', () => {
  /** Returns the response of the server to a request written by hand. */
  async function answerTo(text: string): Promise<string> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.on('error', () => undefined)
    socket.write(text)
    await waitFor(() => socket.closed || answer.includes('\r\n\r\n'))
    socket.destroy()
    return answer
  }

  const upgrade = (extra: string[]) =>
    [
      'GET / HTTP/1.1',
      'Host: 127.0.0.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Authorization: Bearer ${client.token}`,
      ...extra,
      '',
      '',
    ].join('\r\n')

  test.each([
    ['a bad key', ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: no']],
    ['no key', ['Sec-WebSocket-Version: 13']],
    ['an old version', ['Sec-WebSocket-Version: 7', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
    [
      'a broken protocol list',
      ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: ,;,'],
    ],
  ])('[SOCK-5] %s is refused with 400 or 426, and other sockets still open', async (_, extra) => {
    const answer = await answerTo(upgrade(extra))
    expect(answer).toMatch(/^HTTP\/1\.1 (400|426)/)
    expect((await tryUpgrade(server.wsUrl, client)).status).toBe(101)
  })

  test('[SOCK-5] an upgrade that offers compression opens a socket without it', async () => {
    const key = [
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]
    const answer = await answerTo(upgrade(key))
    expect(answer).toMatch(/^HTTP\/1\.1 101/)
    expect(answer.toLowerCase()).not.toContain('permessage-deflate')
  })

  test('[SOCK-5] two thousand headers are refused with 4xx, and a broken request line with 400', async () => {
    const many = Array.from({ length: 2_000 }, (_, nth) => `X-${nth}: ${'y'.repeat(20)}`)
    expect(await answerTo(upgrade(many))).toMatch(/^HTTP\/1\.1 (413|431)/)
    const answer = await answerTo('GET\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400/)
    expect(answer).toMatch(/x-request-id: [\da-f-]{36}/i)
  })
})

/** Requests an upgrade and resets the connection at once, before the response. */
function askAndReset(url: string): Promise<unknown> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', () =>
    socket.resetAndDestroy(),
  )
  return once(socket, 'close')
}
