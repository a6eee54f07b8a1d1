import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const html = '<!doctype html><html><head><script>1</script></head><body></body></html>'
const host = 'desk.example'

let pagesDir: string
let secure: TestServer
let open: TestServer
let apiOnly: TestServer
beforeAll(async () => {
  pagesDir = await mkdtemp(join(tmpdir(), 'deskbell-pages-'))
  await writeFile(join(pagesDir, 'index.html'), html)
  await writeFile(join(pagesDir, 'sw.js'), '1')
  const publicUrl = `https://${host}`
  const settings = { pagesDir, publicUrl, trustProxy: true }
  secure = await startTestServer({ ...settings, authMode: 'secure', requestTimes: { headersMs: 500 } })
  const { connectionString } = secure
  open = await startTestServer({ ...settings, connectionString })
  const roles = { api: true, live: false, pages: true }
  apiOnly = await startTestServer({ ...settings, authMode: 'secure', connectionString, roles })
})
afterAll(async () => {
  for (const server of [open, apiOnly, secure]) await server.close()
  await rm(pagesDir, { recursive: true })
})

type Answer = { status: number; headers: Map<string, string>; body: string }

/** Sends bytes as they are. A process that is busy refuses an upgrade before it looks at it, so then once more. */
async function send(server: TestServer, text: string): Promise<Answer> {
  for (;;) {
    const answer = await sendOnce(server, text)
    if (answer.status !== 503) return answer
  }
}

/** Returns the answer when the server closes the connection. */
function sendOnce({ url }: TestServer, text: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk
      if (received.startsWith('HTTP/1.1 101')) socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', body = ''] = received.split(/\r\n\r\n(.*)/s, 2)
      const [first = '', ...lines] = head.split('\r\n')
      const headers = new Map(
        lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.replace(/^[^:]*: */, '')]),
      )
      resolve({ status: Number(first.split(' ')[1]), headers, body })
    })
  })
}

const request = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Connection: close', ...headers, '', ''].join('\r\n')
const own = `Host: ${host}`
const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
const upgradeTo = (path: string, ...headers: string[]) =>
  [`GET ${path} HTTP/1.1`, ...upgrade, ...headers, '', ''].join('\r\n')

/** What asks for answers of every kind, pages and files first. */
const asked: [what: string, text: string, status: number][] = [
  ['a page', request('GET /', own, 'Accept: text/html'), 200],
  ['a page that does not exist', request('GET /nope', own, 'Accept: text/html'), 404],
  ['a file', request('GET /sw.js', own), 200],
  ['a redirect to a page', request('GET /Login/', own), 308],
  ['REST', request('GET /api/users/me', own), 401],
  ['the OpenAPI document', request('GET /api/openapi.json', own), 200],
  ['tRPC', request('GET /trpc/users.me', own), 401],
  ['a sign-in', request('POST /api/auth/guest', own, 'Content-Length: 0'), 201],
  ['an unknown method', request('DELETE /trpc/users.me', own), 405],
  ['health', request('GET /healthz'), 200],
  [
    'a report',
    `${request('POST /csp-reports', own, 'Content-Type: application/csp-report', 'Content-Length: 2')}{}`,
    400,
  ],
  ['another host', request('GET /', 'Host: evil.example'), 403],
  ['no host', request('GET /'), 400],
  ['a broken request', 'nonsense\r\n\r\n', 400],
  ['large headers', request('GET /', own, `X: ${'x'.repeat(20_000)}`), 431],
  ['an unknown expectation', request('GET /', own, 'Expect: 200-maybe'), 417],
  ['slow headers', `GET / HTTP/1.1\r\n${own}\r\n`, 408],
  ['an upgrade without a session', upgradeTo('/trpc', own, `Origin: https://${host}`), 401],
  ['an upgrade to another path', upgradeTo('/nope', own), 404],
  ['an upgrade of another host', upgradeTo('/trpc', 'Host: evil.example'), 403],
]

const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
}

describe.each(asked)('%s', (what, text, status) => {
  test('[HTTP-46] [HTTP-44] is answered with HSTS and the other headers, and what is no page and no file is not stored', async () => {
    const answer = await send(secure, text)
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      ...always,
      'strict-transport-security': 'max-age=31536000',
    })
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/)
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
    const isStatic = what.includes('page') || what === 'a file'
    expect(answer.headers.get('cache-control')).toBe(isStatic ? 'no-cache' : 'no-store')
  })

  test('[HTTP-46] has no HSTS in open mode', async () => {
    const { headers } = await send(open, text)
    expect(headers.get('strict-transport-security')).toBeUndefined()
  })
})

test('[HTTP-46] an upgrade where no socket is served has the same headers', async () => {
  const answer = await send(apiOnly, upgradeTo('/trpc', own))
  expect([answer.status, answer.headers.get('strict-transport-security')]).toEqual([404, 'max-age=31536000'])
})

describe('[N38] another Host in secure mode', () => {
  const paths = [
    '/',
    '/login',
    '/sw.js',
    '/api/users/me',
    '/api/openapi.json',
    '/trpc/users.me',
    '/auth/oidc/start',
    '/nope',
  ]
  const evil = [
    'evil.example',
    `${host}.evil.example`,
    `evil.${host}`,
    `${host}.`,
    'localhost',
    '127.0.0.1',
    '[::1]',
    `a@${host}`,
  ]

  test.each(evil)('[HTTP-45] %s is refused, whatever it asks for', async (name) => {
    for (const path of paths) {
      const { status, body } = await send(secure, request(`GET ${path}`, `Host: ${name}`))
      expect(status, path).toBe(403)
      expect(body).not.toContain(name)
    }
    expect((await send(secure, upgradeTo('/trpc', `Host: ${name}`, `Origin: https://${name}`))).status).toBe(403)
  })

  test('[HTTP-45] in the line of the request counts, and in forwarding headers never', async () => {
    const lines = [`GET http://evil.example/`, `GET https://evil.example/api/users/me`]
    for (const line of lines) expect((await send(secure, request(line, own))).status).toBe(403)
    expect((await send(secure, request(`GET http://${host}/`, own, 'Accept: text/html'))).status).toBe(200)
    const forwarded = ['X-Forwarded-Host: evil.example', 'X-Host: evil.example', 'Forwarded: host=evil.example']
    const page = await send(secure, request('GET /', own, 'Accept: text/html', ...forwarded))
    expect([page.status, JSON.stringify([...page.headers]) + page.body]).toEqual([
      200,
      expect.not.stringContaining('evil'),
    ])
    const trick = [`Host: evil.example`, `X-Forwarded-Host: ${host}`, `Forwarded: host=${host}`]
    expect((await send(secure, request('GET /', ...trick))).status).toBe(403)
    expect((await send(secure, request('GET /', own, 'Host: evil.example'))).status).toBe(400)
  })

  test('[HTTP-45] health answers probes that ask by an address', async () => {
    for (const path of ['/healthz', '/readyz'])
      for (const name of ['localhost:9000', '127.0.0.1', '[::1]:8080', '10.0.0.7:8080'])
        expect((await send(secure, request(`GET ${path}`, `Host: ${name}`))).status).toBe(200)
  })
})
