import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as rawRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gzipSync } from 'node:zlib'
import type { Logger } from '@deskbell/core/logger'
import { openRaw, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const theme = "document.documentElement.dataset.theme='dark'"
const html = `<!doctype html><html><head><meta name="deskbell-auth-mode" content=""><script>${theme}</script><script type="module" src="/assets/app-1a2b.js"></script></head><body><div id="root"></div></body></html>`
const code = `console.log(${JSON.stringify('x'.repeat(2_000))})`

let server: TestServer
let pagesDir: string
const lines: string[] = []
const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
const log: Logger = { debug: write, info: write, warn: write, error: write }
let isReady = true

beforeAll(async () => {
  pagesDir = await mkdtemp(join(tmpdir(), 'deskbell-pages-'))
  await mkdir(join(pagesDir, 'assets'))
  await writeFile(join(pagesDir, 'index.html'), html)
  await writeFile(join(pagesDir, 'login.html'), html.replace('<body>', '<body><h1>Sign in</h1>'))
  await writeFile(join(pagesDir, 'sw.js'), code)
  await writeFile(join(pagesDir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(pagesDir, 'assets/app-1a2b.js'), code)
  await writeFile(join(pagesDir, 'assets/app-1a2b.js.br'), brotliCompressSync(code))
  await writeFile(join(pagesDir, 'assets/app-1a2b.js.gz'), gzipSync(code))
  server = await startTestServer({ pagesDir, log, ready: () => isReady })
})
afterAll(async () => {
  await server.close()
  await rm(pagesDir, { recursive: true })
})

type RawAnswer = { status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }

/** Unlike `fetch`, allows any `Host` and path, and returns the body without decompression. */
function raw(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; url?: string } = {},
): Promise<RawAnswer> {
  const { method = 'GET', headers = {}, body, url = server.url } = options
  return new Promise((resolve, reject) => {
    const request = rawRequest(
      `${url}/`,
      { method, path, headers: { connection: 'close', ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

const acceptHtml = { accept: 'text/html,*/*;q=0.8' }

describe('pages', () => {
  test.each(['/', '/login', '/login-operator', '/chats/7', '/chats/any', '/?x=1'])(
    '[HTTP-3] GET %s returns the app with 200',
    async (path) => {
      const { status, headers, body } = await raw(path, { headers: acceptHtml })
      expect(status).toBe(200)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(headers['cache-control']).toBe('no-cache')
      expect(String(body)).toContain('<div id="root">')
    },
  )

  test.each([
    ['/login/', '/login'],
    ['/Login?next=%2F', '/login?next=%2F'],
    ['//login', '/login'],
    ['/chats/2/', '/chats/2'],
    ['/%6Cogin', '/login'],
    ['//', '/'],
  ])('[HTTP-15] GET and HEAD %s redirect to %s', async (path, canonical) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await raw(path, { method, headers: acceptHtml })
      expect([status, headers['location']]).toEqual([308, canonical])
    }
    expect((await raw(path, { method: 'POST' })).status).not.toBe(308)
  })

  test('[HTTP-16] Cross-Origin-Opener-Policy is sent only over HTTPS and on loopback', async () => {
    const publicUrl = 'http://chat.lan'
    await using lan = await startTestServer({ pagesDir, publicUrl, trustProxy: true })
    const policyOf = async (more: Record<string, string>) => {
      const { headers } = await raw('/login', { headers: more, url: lan.url })
      return headers['cross-origin-opener-policy']
    }
    expect(await policyOf({ host: 'chat.lan' })).toBeUndefined()
    expect(await policyOf({ host: 'chat.lan', 'x-forwarded-proto': 'https' })).toBe('same-origin')
    expect(await policyOf({ host: 'localhost:8080' })).toBe('same-origin')
  })

  test('[AUTH-17] without PUBLIC_URL the session cookies are Secure only when the proxy reports HTTPS', async () => {
    await using lan = await startTestServer({ trustProxy: true })
    const body = JSON.stringify({ email: 'a@example.test', name: 'A', role: 'client' })
    const cookiesFor = async (more: Record<string, string>) => {
      const headers = { 'content-type': 'application/json', host: 'localhost', ...more }
      const answer = await raw('/api/users/login', { method: 'POST', headers, body, url: lan.url })
      return [answer.headers['set-cookie']].flat().map((cookie) => cookie?.includes('; Secure'))
    }
    expect(await cookiesFor({})).toEqual([false, false])
    expect(await cookiesFor({ 'x-forwarded-proto': 'https' })).toEqual([true, true])
  })

  test('[HTTP-3] /login returns login.html, and a path without its own file returns index.html', async () => {
    expect(String((await raw('/login', { headers: acceptHtml })).body)).toContain('<h1>Sign in</h1>')
    expect(String((await raw('/login-operator', { headers: acceptHtml })).body)).not.toContain('<h1>')
  })

  test('[HTTP-3] each mode has its own sign-in page, and the pages of accounts exist in secure mode only', async () => {
    await writeFile(join(pagesDir, 'login.secure.html'), html.replace('<body>', '<body><h1>Start a chat</h1>'))
    await using secure = await startTestServer({ pagesDir, authMode: 'secure', publicUrl: 'http://chat.localhost' })
    const inSecure = (path: string) =>
      raw(path, { headers: { ...acceptHtml, host: 'chat.localhost' }, url: secure.url })
    expect(String((await inSecure('/login')).body)).toContain('<h1>Start a chat</h1>')
    expect(String((await raw('/login', { headers: acceptHtml })).body)).toContain('<h1>Sign in</h1>')
    for (const path of ['/setup', '/invitation', '/reset', '/settings', '/settings/keys']) {
      expect((await inSecure(path)).status, path).toBe(200)
      expect((await raw(path, { headers: acceptHtml })).status, path).toBe(404)
    }
    expect(String((await inSecure('/setup')).body)).toContain('<meta name="deskbell-auth-mode" content="secure">')
  })

  test('[HTTP-1] the service worker may fetch from its own origin, and is not cached', async () => {
    const { headers } = await raw('/sw.js')
    expect(headers['content-security-policy']).toContain("connect-src 'self'")
    expect(headers['cache-control']).toBe('no-cache')
  })

  test.each(['/nope', '/chats', '/chats/1/2', '/nope/', '/%2e%2e/', '//evil.test/', '/assets/../../etc/passwd'])(
    '[HTTP-3] GET %s returns the app with 404',
    async (path) => {
      const { status, headers, body } = await raw(path, { headers: acceptHtml })
      expect(status).toBe(404)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(String(body)).toContain('<div id="root">')
    },
  )

  test.each([
    ['GET', '/assets/gone.js'],
    ['GET', '/index.html.br'],
    ['GET', '/../package.json'],
    ['GET', '/assets/%2e%2e/%2e%2e/package.json'],
    ['PUT', '/nope'],
    ['PROPFIND', '/nope'],
    ['PUT', '/:x('],
  ])('[HTTP-3] %s %s is 404 with a problem document', async (method, path) => {
    const { status, headers, body } = await raw(path, { method, headers: { accept: '*/*' } })
    expect(status).toBe(404)
    expect(headers['content-type']).toContain('application/problem+json')
    expect(JSON.parse(String(body))).toMatchObject({ code: 'not_found', requestId: headers['x-request-id'] })
  })

  test.each([
    ['POST', '/login', 'GET, HEAD'],
    ['DELETE', '/chats/7', 'GET, HEAD'],
    ['PROPFIND', '/', 'GET, HEAD'],
    ['OPTIONS', '/favicon.svg', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PUT', '/readyz', 'GET, HEAD'],
    ['PUT', '/trpc/users.me', 'GET, HEAD, POST'],
    ['QUERY', '/api/chats', 'GET, HEAD, POST'],
  ])('[HTTP-9] %s %s is 405 with the allowed methods', async (method, path, allow) => {
    const { status, headers, body } = await raw(path, { method })
    expect([status, headers['allow']]).toEqual([405, allow])
    expect(JSON.parse(String(body))).toMatchObject({ code: 'method_not_allowed', requestId: headers['x-request-id'] })
  })

  test.each(['/nope', '/login'])('[HTTP-9] POST %s is 404 or 405, whatever its body', async (path) => {
    for (const type of ['application/json', 'image/png']) {
      const { status } = await raw(path, { method: 'POST', headers: { 'content-type': type }, body: '{' })
      expect(status).toBe(path === '/nope' ? 404 : 405)
    }
  })

  test('[HTTP-3] HEAD of a page returns the headers of GET without a body', async () => {
    const { status, headers, body } = await raw('/login', { method: 'HEAD', headers: acceptHtml })
    expect([status, body.length]).toEqual([200, 0])
    expect(headers['content-length']).toBe(String(Buffer.byteLength((await raw('/login')).body)))
  })

  test('[HTTP-1] a page has the auth mode, and a strict policy that allows its script and socket', async () => {
    const { headers, body } = await raw('/', { headers: acceptHtml })
    const policy = String(headers['content-security-policy'])
    const hash = createHash('sha256').update(theme).digest('base64')
    const host = server.url.slice('http://'.length)
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host};`)
    for (const part of [
      "default-src 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "style-src 'self'",
    ])
      expect(policy).toContain(part)
    expect(policy).not.toMatch(/unsafe|upgrade-insecure-requests|\*/)
    expect(String(body)).toContain('<meta name="deskbell-auth-mode" content="open">')
  })

  test('[WEB-31] a page has the setting of what a client may do in a closed chat', async () => {
    const { body } = await raw('/', { headers: acceptHtml })
    expect(String(body)).toContain('<meta name="deskbell-closed-chat" content="say">')
  })

  test.each(['/', '/nope', '/healthz', '/api/users/me', '/trpc/users.me', '/assets/app-1a2b.js', '/%zz'])(
    '[HTTP-1] the response at %s has the security headers',
    async (path) => {
      const { headers } = await raw(path)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': expect.any(String),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': expect.any(String),
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      })
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers['access-control-allow-origin']).toBeUndefined()
    },
  )

  test('[HTTP-1] hashed files are cached for a year, other files and pages are revalidated', async () => {
    expect((await raw('/assets/app-1a2b.js')).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const icon = await raw('/favicon.svg')
    expect(icon.headers['cache-control']).toBe('no-cache')
    const again = await raw('/favicon.svg', { headers: { 'if-none-match': String(icon.headers['etag']) } })
    expect(again.status).toBe(304)
    const page = await raw('/', { headers: acceptHtml })
    expect((await raw('/', { headers: { ...acceptHtml, 'if-none-match': String(page.headers['etag']) } })).status).toBe(
      304,
    )
  })

  test('[HTTP-2] files and pages are compressed as Accept-Encoding allows', async () => {
    const br = await raw('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip, deflate, br' } })
    expect(br.headers['content-encoding']).toBe('br')
    expect(String(brotliDecompressSync(br.body))).toBe(code)
    expect(
      (await raw('/assets/app-1a2b.js', { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'],
    ).toBe('gzip')
    const plain = await raw('/assets/app-1a2b.js')
    expect([plain.headers['content-encoding'], String(plain.body)]).toEqual([undefined, code])
    expect(br.headers['content-type']).toContain('javascript')
    const page = await raw('/', { headers: { ...acceptHtml, 'accept-encoding': 'br' } })
    expect(page.headers).toMatchObject({ 'content-encoding': 'br', vary: expect.stringContaining('accept-encoding') })
    expect(String(brotliDecompressSync(page.body))).toContain('<div id="root">')
  })
})

describe('requests', () => {
  test('[HTTP-4] the response and the log have the request id of the server, not one of the client', async () => {
    const { headers } = await raw('/api/users/me', { headers: { 'x-request-id': 'forged' } })
    const id = String(headers['x-request-id'])
    expect(id).toMatch(/^[\da-f-]{36}$/)
    expect(
      lines.some((line) => line.includes(id) && line.includes('"route":"/api/*"') && line.includes('"status":401')),
    ).toBe(true)
    expect(lines.join()).not.toContain('forged')
  })

  test('[HTTP-4] the log has no message text, no token, no email and no cookie', async () => {
    const login = await signInByRest(server.url, 'client', 'Secret Name')
    const headers = { authorization: `Bearer ${login.token}`, 'content-type': 'application/json' }
    const created = await fetch(`${server.url}/api/chats`, { method: 'POST', headers })
    const { chat } = (await created.json()) as { chat: { id: number } }
    const body = JSON.stringify({ text: 'a secret text', clientMsgId: 'secret-id' })
    await fetch(`${server.url}/api/chats/${chat.id}/messages`, { method: 'POST', headers, body })
    await fetch(`${server.url}/api/chats?secret=parameter`, { headers })
    await using socket = await openRaw(server.wsUrl, login)
    const input = { chatId: chat.id, text: 'a secret text too', clientMsgId: 'secret-other' }
    socket.send({ id: 1, method: 'mutation', params: { path: 'messages.send', input } })
    await socket.frame(() => true)
    await tryUpgrade(server.wsUrl, {
      path: `/?token=${login.token}`,
      headers: { cookie: `deskbell_client=${login.token}` },
    })
    expect(lines.join('\n')).not.toMatch(/secret|dbs_/i)
    expect(lines.join('\n')).not.toContain(login.user.email)
  })

  test('[HTTP-5] while the process cannot serve, /healthz is 200 and /readyz is 503', async () => {
    isReady = false
    const [live, ready] = [await raw('/healthz'), await raw('/readyz')]
    isReady = true
    expect([live.status, ready.status, ready.headers['retry-after']]).toEqual([200, 503, '1'])
    expect((await raw('/readyz')).status).toBe(200)
  })

  test.each(['evil.example', 'localhost.evil.example', 'localhost.'])(
    '[AUTH-10] the host %j is refused with 403 at every path',
    async (host) => {
      for (const path of ['/', '/api/users/me', '/trpc/users.me', '/nope', '/login']) {
        const { status, body } = await raw(path, { headers: { host } })
        expect([path, status]).toEqual([path, 403])
        expect(String(body)).not.toContain('<div')
      }
    },
  )

  test.each(['localhost', 'LOCALHOST:80', '127.0.0.1', '[::1]:8080'])(
    '[AUTH-10] the host %j is served',
    async (host) => {
      expect((await raw('/login', { headers: { host } })).status).toBe(200)
    },
  )

  test('[AUTH-10] a foreign host is refused with 403 also with an X-Forwarded-Host of localhost', async () => {
    expect((await raw('/login', { headers: { host: 'evil.example', 'x-forwarded-host': 'localhost' } })).status).toBe(
      403,
    )
  })

  test('[REST-7] a body over 256 KiB gets a too_large response, by REST and by tRPC', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ email: 'x'.repeat(300_000) })
    for (const path of ['/api/users/login', '/trpc/users.login']) {
      const answer = await fetch(`${server.url}${path}`, { method: 'POST', headers, body })
      expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'too_large' }])
    }
  })

  test('[HTTP-8] without the roles pages and api, their paths are 404 and /healthz is 200', async () => {
    await using bare = await startTestServer({ roles: { api: false, live: true, pages: false } })
    for (const path of ['/', '/login', '/api/users/me', '/trpc/users.me'])
      expect((await fetch(bare.url + path)).status).toBe(404)
    expect((await fetch(`${bare.url}/healthz`)).status).toBe(200)
  })
})
