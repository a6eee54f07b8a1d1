import { connect } from 'node:net'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'

let server: TestServer
/** Serves no socket. */
let api: TestServer
let token: string

beforeAll(async () => {
  server = await startTestServer()
  api = await startTestServer({ roles: { api: true, live: false, pages: false } })
  token = (await signInByRest(server.url, 'client')).token
})
afterAll(async () => {
  await server.close()
  await api.close()
})

type Answer = { status: number; head: string; body: string }

/** Returns the response to a request written by hand. `lines` are its lines without CRLF. */
async function ask(lines: string[], { body = '', to = server } = {}): Promise<Answer> {
  const socket = connect(Number(new URL(to.url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => undefined)
  socket.write(`${[...lines, '', ''].join('\r\n')}${body}`)
  const isHead = lines[0]?.startsWith('HEAD') ?? false
  await waitFor(() => socket.closed || isWhole(answer, isHead))
  socket.destroy()
  const [head = '', rest = ''] = answer.split(/\r\n\r\n(.*)/s, 2)
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body: rest }
}

function isWhole(answer: string, isHead: boolean): boolean {
  const length = isHead ? 0 : /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  const body = answer.split(/\r\n\r\n(.*)/s, 2)[1]
  return body !== undefined && Buffer.byteLength(body) >= Number(length ?? 0)
}

const host = 'Host: localhost'
const close = 'Connection: close'

test.each(['/healthz', '/readyz'])('[HTTP-11] %s is 200 with any Host and without one', async (path) => {
  for (const lines of [
    [`GET ${path} HTTP/1.1`, 'Host: 10.244.1.7:9000', close],
    [`GET ${path} HTTP/1.1`, 'Host: evil.example', close],
    [`GET ${path} HTTP/1.1`, 'Host: ?!', close],
    [`GET ${path} HTTP/1.1`, 'Host:', close],
    [`GET ${path} HTTP/1.1`, close],
    [`GET ${path} HTTP/1.0`],
    [`HEAD ${path}?probe=1 HTTP/1.0`],
    [`GET http://10.244.1.7${path} HTTP/1.1`, 'Host: 10.244.1.7', close],
  ])
    expect([lines, (await ask(lines)).status]).toEqual([lines, 200])
})

test('[HTTP-11] other paths without a Host are 400 in HTTP/1.1 and 403 in HTTP/1.0', async () => {
  for (const path of ['/', '/api/users/me', '/trpc/users.me', '/healthz/x', '/nope']) {
    const [http11, http10] = [await ask([`GET ${path} HTTP/1.1`, close]), await ask([`GET ${path} HTTP/1.0`])]
    expect([path, http11.status, http10.status]).toEqual([path, 400, 403])
    expect(JSON.parse(http11.body)).toMatchObject({ code: 'invalid_input' })
  }
})

test('[HTTP-12] a target in absolute form is served as its path', async () => {
  const bearer = `Authorization: Bearer ${token}`
  for (const target of [
    'http://localhost/api/users/me',
    'HTTP://127.0.0.1:80/api/users/me',
    'https://localhost/api/users/me',
  ]) {
    const { status, body } = await ask([`GET ${target} HTTP/1.1`, 'Host: localhost', bearer, close])
    expect([target, status]).toEqual([target, 200])
    expect(JSON.parse(body)).toMatchObject({ user: { role: 'client' } })
  }
  expect((await ask(['GET http://localhost/api/chats?limit=0 HTTP/1.1', host, bearer, close])).status).toBe(400)
  expect((await ask(['GET http://localhost/api/chats?limit=1 HTTP/1.1', host, bearer, close])).status).toBe(200)
  expect((await ask(['GET http://localhost/nope HTTP/1.1', host, close])).status).toBe(404)
})

test('[HTTP-12] the host of an absolute target counts instead of the Host header', async () => {
  const foreign = [
    'http://evil.example/api/users/me',
    'http://localhost@evil.example/api/users/me',
    'http:///api/users/me',
  ]
  for (const target of foreign)
    expect([target, (await ask([`GET ${target} HTTP/1.1`, host, close])).status]).toEqual([target, 403])
  const own = await ask(['GET http://localhost/api/users/me HTTP/1.1', 'Host: evil.example', close])
  expect(own.status).toBe(401)
})

test.each(['/healthz', '/api/users/me', '/', '/nope'])('[HTTP-12] two Host headers at %s are 400', async (path) => {
  for (const second of ['Host: localhost', 'host: evil.example']) {
    const { status, head, body } = await ask([`GET ${path} HTTP/1.1`, host, second, close])
    expect([status, JSON.parse(body).code]).toEqual([400, 'invalid_input'])
    expect(head).toContain('application/problem+json')
  }
})

const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA']

test.each([
  ['GET', '/healthz', 200],
  ['HEAD', '/healthz', 200],
  ['GET', '/api/users/me', 200],
  ['GET', '/', 404],
  ['DELETE', '/healthz', 405],
  ['GET', '/nope', 404],
])('[HTTP-13] %s %s ignores an Upgrade to another protocol', async (method, path, status) => {
  for (const offer of [
    h2c,
    ['Connection: Upgrade', 'Upgrade: TLS/1.0'],
    ['Connection: Upgrade', 'Upgrade: h2c, websocket'],
  ]) {
    const answer = await ask([`${method} ${path} HTTP/1.1`, host, `Authorization: Bearer ${token}`, ...offer])
    expect([offer, answer.status]).toEqual([offer, status])
  }
})

test('[HTTP-13] the body of a request with an Upgrade to HTTP/2 is read', async () => {
  const body = JSON.stringify({ email: 'java@example.test', name: 'Java', role: 'client' })
  const headers = [host, ...h2c, 'Content-Type: application/json', `Content-Length: ${body.length}`]
  for (const path of ['/api/users/login', '/trpc/users.login']) {
    const { status, body: answer } = await ask([`POST ${path} HTTP/1.1`, ...headers], { body })
    expect(status).toBe(200)
    expect(answer).toContain('java@example.test')
  }
})

test('[HTTP-14] headers that are too large are 431, and the detail names cookies', async () => {
  const { status, head, body } = await ask(['GET / HTTP/1.1', host, `Cookie: other=${'x'.repeat(20_000)}`])
  expect([status, head.includes('application/problem+json')]).toEqual([431, true])
  expect(JSON.parse(body)).toMatchObject({ code: 'too_large', status: 431, detail: expect.stringContaining('cookies') })
  expect((await ask(['GET /healthz HTTP/1.1', host, `Cookie: other=${'x'.repeat(12_000)}`, close])).status).toBe(200)
})

test('[HTTP-14] an unknown Expect is 417 with a problem document, and 100-continue gets 100', async () => {
  const { status, head, body } = await ask(['GET /healthz HTTP/1.1', host, 'Expect: x'])
  expect([status, JSON.parse(body).status]).toEqual([417, 417])
  expect(head).toMatch(
    /application\/problem\+json[\s\S]*x-request-id: [\da-f-]{36}|x-request-id: [\da-f-]{36}[\s\S]*application\/problem\+json/,
  )
  expect((await ask(['GET /healthz HTTP/1.1', host, 'Expect: 100-continue', close])).head).toMatch(/^http\/1\.1 100/)
})

const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
const upgrade = (target: string, { to = server, more = [] }: { to?: TestServer; more?: string[] } = {}) =>
  ask([`GET ${target} HTTP/1.1`, host, ...handshake, `Authorization: Bearer ${token}`, ...more], { to })

test.each([
  '/\\evil.test',
  '/\\[',
  '/[',
  '/%',
  '/%zz',
  '/trpc\\',
  '*',
  '/trpc#x',
  '/é',
  'evil',
  'http://localhost/\\[',
])('[SOCK-18] an upgrade at %s, which is no path, is 400', async (target) => {
  for (const to of [server, api]) expect((await upgrade(target, { to })).status).toBe(400)
})

test.each(['/./', '/x/..', '//', '//evil.test', '/%74rpc', '/%5Cevil.test', '/chats/1', '/healthz'])(
  '[SOCK-1] an upgrade at %s is 404',
  async (target) => {
    for (const to of [server, api]) expect((await upgrade(target, { to })).status).toBe(404)
  },
)

test.each(['/', '/trpc', '/nope', '/api/users/me'])(
  '[HTTP-12] an upgrade at %s with two Hosts is 400',
  async (target) => {
    for (const to of [server, api]) {
      const { status, body } = await upgrade(target, { to, more: [host] })
      expect([status, JSON.parse(body).code]).toEqual([400, 'invalid_input'])
    }
  },
)

test.each(['GET', 'HEAD', 'POST', 'OPTIONS'])('[HTTP-12] %s * is 400', async (method) => {
  expect((await ask([`${method} * HTTP/1.1`, host, close])).status).toBe(400)
})

test('[SOCK-1] an absolute target opens the socket only with an own host', async () => {
  expect((await upgrade('http://localhost/trpc?x=1')).status).toBe(101)
  expect((await upgrade('ws://127.0.0.1')).status).toBe(101)
  expect((await upgrade('http://169.254.169.254/')).status).toBe(403)
})

test('[SOCK-16] an upgrade that offers subprotocols opens a socket without one', async () => {
  const { status, head } = await upgrade('/', { more: ['Sec-WebSocket-Protocol: graphql-ws, trpc'] })
  expect(status).toBe(101)
  expect(head).not.toContain('sec-websocket-protocol')
})
