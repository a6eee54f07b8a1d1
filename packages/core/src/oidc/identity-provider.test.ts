import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TestBrowser } from '@deskbell/testkit/oidc/test-browser'
import { startProvider, type TestProvider } from '@deskbell/testkit/oidc/test-provider'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { IdentityProvider, ProviderError } from './identity-provider.ts'
import { limitedFetch } from './limited-fetch.ts'

const redirectUri = 'http://localhost:9/auth/oidc/callback'
const bob = { sub: 'bob-1', email: 'bob@example.com', email_verified: true, name: 'Bob' }

let provider: TestProvider
beforeEach(async () => {
  provider = await startProvider({ redirectUri })
  provider.person = bob
})
afterEach(() => provider[Symbol.asyncDispose]())

const clientOf = (answerMs?: number, issuer = provider.issuer) =>
  new IdentityProvider({ ...provider, issuer, redirectUri, answerMs })
const faultOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: unknown) => (error instanceof ProviderError ? error.fault : String(error)),
  )

async function comeBack(client: IdentityProvider) {
  const { url, checks } = await client.begin()
  const back = new URL(await new TestBrowser().follow(url, redirectUri))
  return { query: back.search.slice(1), checks }
}

const never = () => new Promise<never>(() => {})
const large = { status: 200, body: { padding: 'x'.repeat(300_000) } }
const faults: [string, () => { status: number; body: unknown } | Promise<never>][] = [
  ['fails', () => ({ status: 500, body: { error: 'server_error' } })],
  ['never answers', never],
  ['answers without end', () => large],
]

describe.each(faults)('[OIDC-4] a provider that %s', (_, intercept) => {
  test.each(['/.well-known/openid-configuration', '/token', '/jwks', '/me'])('at %s is unavailable', async (path) => {
    const client = clientOf(500)
    const signIn = async () => {
      const { query, checks } = await comeBack(client)
      return await client.finish(query, checks)
    }
    provider.intercept = (asked) => (asked === path ? intercept() : null)
    expect(await faultOf(signIn())).toBe('unavailable')
    provider.intercept = null
    expect(await signIn()).toMatchObject({ subject: 'bob-1', emailVerified: true })
  })
})

test('[OIDC-4] a provider that is not there is unavailable', async () => {
  expect(await faultOf(clientOf(500, 'http://localhost:9').begin())).toBe('unavailable')
})

test('[OIDC-4] is asked at the first sign-in, and once for many at the same moment', async () => {
  const client = clientOf()
  expect(provider.asked).toEqual([])
  await Promise.all(Array.from({ length: 5 }, () => client.begin()))
  expect(provider.asked).toEqual(['/.well-known/openid-configuration'])
})

test('[OIDC-6] the address comes from the identity token, or from the answer of userinfo', async () => {
  const claims = { issuer: provider.issuer, subject: 'bob-1', email: bob.email, emailVerified: true, name: 'Bob' }
  const client = clientOf()
  const { query, checks } = await comeBack(client)
  expect(await client.finish(query, checks)).toEqual(claims)
  expect(provider.asked).toContain('/me')

  await using inToken = await startProvider({ redirectUri, emailInIdToken: true })
  inToken.person = bob
  const other = new IdentityProvider({ ...inToken, redirectUri })
  const back = await comeBack(other)
  expect(await other.finish(back.query, back.checks)).toEqual({ ...claims, issuer: inToken.issuer })
  expect(inToken.asked).not.toContain('/me')
})

test('[OIDC-6] an answer of userinfo about somebody else is not believed', async () => {
  const client = clientOf()
  const { query, checks } = await comeBack(client)
  const eve = { sub: 'eve-1', email: 'eve@example.com', email_verified: true }
  provider.intercept = (path) => (path === '/me' ? { status: 200, body: eve } : null)
  expect(await faultOf(client.finish(query, checks))).toBe('failed')
})

test('[OIDC-12] what the provider says of itself must name the issuer that was asked', async () => {
  const body = { issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example/auth' }
  provider.intercept = (path) => (path.startsWith('/.well-known') ? { status: 200, body } : null)
  expect(await faultOf(clientOf().begin())).toBe('failed')
})

describe('[OIDC-12] requests', () => {
  const get = { method: 'GET', headers: {}, body: undefined, redirect: 'manual' } as const

  test.each([
    ['https://id.example', 'http://id.example/token'],
    ['https://id.example', 'http://localhost:9/token'],
    ['http://localhost:9', 'http://id.example/token'],
    ['http://localhost:9', 'http://10.0.0.1/token'],
    ['http://localhost:9', 'http://127.0.0.1.evil.example/token'],
    ['http://localhost:9', 'file:///etc/passwd'],
  ])('of the issuer %s do not go to %s', async (issuer, url) => {
    await expect(limitedFetch(issuer)(url, get)).rejects.toThrow('neither https nor of this machine')
  })

  test('do not follow a redirect', async () => {
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const issuer = `http://127.0.0.1:${port}`
    expect((await limitedFetch(issuer)(`${issuer}/token`, get)).status).toBe(302)
    expect(await faultOf(clientOf(500, issuer).begin())).toBe('failed')
    expect(asked).toEqual(['/token', '/.well-known/openid-configuration'])
    server.closeAllConnections()
    server.close()
  })
})
