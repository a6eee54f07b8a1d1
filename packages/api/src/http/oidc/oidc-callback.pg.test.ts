import type { Logger } from '@deskbell/core/logger'
import { adminEmail, type OidcWorld, startOidcWorld } from '@deskbell/testkit/oidc/oidc-world'
import { TestBrowser } from '@deskbell/testkit/oidc/test-browser'
import { startProvider } from '@deskbell/testkit/oidc/test-provider'
import { startTestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const lines: string[] = []
const write = (fields: object, message: string) => void lines.push(JSON.stringify({ ...fields, message }))
const log: Logger = { debug: write, info: write, warn: write, error: write }
const bob = { sub: 'bob-1', email: 'bob@example.com', email_verified: true, name: 'Bob' }

let now = new Date('2030-01-01T00:00:00.000Z')
let world: OidcWorld
beforeAll(async () => {
  world = await startOidcWorld({ log, clock: { now: () => now } })
  world.provider.person = bob
  await world.invite(bob.email)
  expect(await world.signIn(new TestBrowser())).toMatch(/^\/chats\/\d+$/)
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  Object.assign(world.provider, { person: bob, alterIdToken: null, intercept: null })
  lines.length = 0
})

const refusedFor = (reason: string) => `/login-operator?sso=${reason}`
const operatorCookie = (browser: TestBrowser) => browser.cookies(world.url).get('deskbell_operator')

/** Changes the parameters with which a browser goes to the provider, and returns where it comes back. */
async function comeBackWith(browser: TestBrowser, change: (query: URLSearchParams) => void): Promise<URL> {
  const response = await browser.request(`${world.url}/auth/oidc/start`)
  const to = new URL(response.headers.get('location') ?? '')
  change(to.searchParams)
  return new URL(await browser.follow(to.href, `${world.url}/auth/oidc/callback`))
}

describe('the way to the provider', () => {
  test('[OIDC-1] has PKCE, state and nonce, and a redirect_uri of PUBLIC_URL whatever the headers say', async () => {
    const headers = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const response = await new TestBrowser().request(`${world.url}/auth/oidc/start`, { headers })
    expect([response.status, response.headers.get('cache-control')]).toEqual([303, 'no-store'])
    const { origin, searchParams } = new URL(response.headers.get('location') ?? '')
    expect(origin).toBe(world.provider.issuer)
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: 'deskbell',
      redirect_uri: `${world.url}/auth/oidc/callback`,
      response_type: 'code',
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^deskbell_oidc_sign_in=[\w-]{43}; Path=\/; Max-Age=600; SameSite=Lax; HttpOnly$/),
    ])
    const { rows } = await world.server.db.pool.query('select token_hash from challenges')
    const [token = ''] = /[\w-]{43}/.exec(response.headers.getSetCookie().join()) ?? []
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('[OIDC-1] a HEAD begins nothing and uses nothing up', async () => {
    const browser = new TestBrowser()
    expect((await browser.request(`${world.url}/auth/oidc/start`, { method: 'HEAD' })).status).toBe(405)
    const back = await world.comeBack(browser)
    expect((await browser.request(back.href, { method: 'HEAD' })).status).toBe(405)
    expect(await world.visit(browser, back)).toMatch(/^\/chats\//)
  })
})

test('[OIDC-2] the browser that comes back is signed in, and its page is that of the operator', async () => {
  const browser = new TestBrowser()
  const to = await world.signIn(browser)
  const id = /^\/chats\/(\d+)$/.exec(to)?.[1]
  expect(browser.cookies(world.url).get('deskbell_operator_id')).toBe(id)
  const me = await browser.request(`${world.url}/api/users/me`)
  expect(await me.json()).toMatchObject({ user: { email: bob.email, name: 'Bob', access: 'operator' } })
  expect(browser.cookies(world.url).get('deskbell_oidc_sign_in')).toBeUndefined()
})

describe('[N29] what is wrong ends on the sign-in page', () => {
  test('[OIDC-3] no state, another state, and a sign-in of another browser', async () => {
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    for (const state of [null, '', 'x'.repeat(43)]) {
      const changed = new URL(back)
      if (state === null) changed.searchParams.delete('state')
      else changed.searchParams.set('state', state)
      expect(await world.visit(browser, changed)).toBe(refusedFor('expired'))
    }
    expect(await world.visit(new TestBrowser(), back)).toBe(refusedFor('expired'))
    const other = new TestBrowser()
    await world.comeBack(other)
    expect(await world.visit(other, back)).toBe(refusedFor('expired'))
    expect(operatorCookie(other)).toBeUndefined()
    // A stranger's link has used nothing up.
    expect(await world.visit(browser, back)).toMatch(/^\/chats\//)
  })

  test('[OIDC-3] a second use, and two at the same moment', async () => {
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    const token = browser.cookies(world.url).get('deskbell_oidc_sign_in') ?? ''
    expect(await world.visit(browser, back)).toMatch(/^\/chats\//)
    browser.setCookie(world.url, 'deskbell_oidc_sign_in', token)
    expect(await world.visit(browser, back)).toBe(refusedFor('expired'))

    const again = new TestBrowser()
    const racing = await world.comeBack(again)
    const asked = () => world.provider.asked.filter((path) => path === '/token').length
    const before = asked()
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => world.visit(again, racing)))
    expect(outcomes.filter((each) => each.startsWith('/chats/'))).toHaveLength(1)
    expect(asked() - before).toBe(1)
  })

  test('[OIDC-3] a code that was used before, with a sign-in of its own', async () => {
    const first = new TestBrowser()
    const used = await world.comeBack(first)
    expect(await world.visit(first, used)).toMatch(/^\/chats\//)
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    back.searchParams.set('code', used.searchParams.get('code') ?? '')
    expect(await world.visit(browser, back)).toBe(refusedFor('failed'))
  })

  test.each([
    ['nonce', 'x'.repeat(43)],
    ['code_challenge', 'x'.repeat(43)],
    ['client_id', 'another'],
  ])('[OIDC-3] another %s at the provider', async (name, value) => {
    const browser = new TestBrowser()
    const back = await comeBackWith(browser, (query) => query.set(name, value))
    expect(await world.visit(browser, back)).toBe(refusedFor('failed'))
    expect(operatorCookie(browser)).toBeUndefined()
  })

  test('[OIDC-3] no nonce at the provider', async () => {
    const browser = new TestBrowser()
    const back = await comeBackWith(browser, (query) => query.delete('nonce'))
    expect(await world.visit(browser, back)).toBe(refusedFor('failed'))
  })

  test('[OIDC-3] the answer of another provider, which names itself, its victim or nobody', async () => {
    await using evil = await startProvider({ redirectUri: `${world.url}/auth/oidc/callback` })
    evil.person = bob
    const swap = async (browser: TestBrowser) => {
      const response = await browser.request(`${world.url}/auth/oidc/start`)
      const { search } = new URL(response.headers.get('location') ?? '')
      return new URL(await browser.follow(`${evil.issuer}/auth${search}`, `${world.url}/auth/oidc/callback`))
    }
    for (const iss of [evil.issuer, world.provider.issuer, null]) {
      const browser = new TestBrowser()
      const back = await swap(browser)
      expect(back.searchParams.get('iss')).toBe(evil.issuer)
      if (iss === null) back.searchParams.delete('iss')
      else back.searchParams.set('iss', iss)
      const tokens = world.provider.asked.filter((path) => path === '/token').length
      expect(await world.visit(browser, back)).toBe(refusedFor('failed'))
      // No code goes to a provider that did not say that it made it.
      const more = world.provider.asked.filter((path) => path === '/token').length - tokens
      expect(more).toBe(iss === world.provider.issuer ? 1 : 0)
    }
  })

  const past = Math.floor(Date.now() / 1_000) - 3_600
  test.each([
    ['audience', { aud: 'another' }],
    ['audience among several', { aud: ['deskbell', 'another'] }],
    ['issuer', { iss: 'https://evil.example' }],
    ['nonce', { nonce: 'x' }],
    ['subject', { sub: '' }],
    ['end', { exp: past }],
    ['beginning', { iat: past + 7_200, nbf: past + 7_200 }],
  ])('[OIDC-3] an identity token with another %s', async (_, claims) => {
    world.provider.alterIdToken = (given) => ({ ...given, ...claims })
    expect(await world.signIn(new TestBrowser())).toBe(refusedFor('failed'))
  })

  test('[OIDC-3] an identity token whose signature is not of the provider', async () => {
    world.provider.alterIdToken = (given) => given
    expect(await world.signIn(new TestBrowser())).toMatch(/^\/chats\//)
    world.provider.alterIdToken = (given) => ({ ...given, sub: 'bob-1' })
    world.provider.forgesSignature = true
    expect(await world.signIn(new TestBrowser())).toBe(refusedFor('failed'))
    world.provider.forgesSignature = false
  })

  test('[OIDC-3] a sign-in that took longer than ten minutes', async () => {
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    now = new Date(now.getTime() + 10 * 60_000)
    expect(await world.visit(browser, back)).toBe(refusedFor('expired'))
  })

  test('[OIDC-3] a person or a provider that refuses', async () => {
    world.provider.person = null
    expect(await world.signIn(new TestBrowser())).toBe(refusedFor('denied'))
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    back.searchParams.set('error_description', '<script>alert(1)</script>')
    expect(await world.visit(browser, back)).toBe(refusedFor('denied'))
  })

  test('[OIDC-3] the log says why, and has neither codes nor tokens nor addresses', async () => {
    const browser = new TestBrowser()
    const back = await world.comeBack(browser)
    const secrets = [...back.searchParams.values(), ...browser.cookies(world.url).values()]
    back.searchParams.set('code', 'a-wrong-code')
    expect(await world.visit(browser, back)).toBe(refusedFor('failed'))
    const all = lines.join('\n')
    expect(all).toContain('"detail":"OAUTH_RESPONSE_BODY_ERROR invalid_grant"')
    expect(all).toContain('"reason":"failed"')
    const issuer = back.searchParams.get('iss')
    for (const secret of [...secrets, 'a-wrong-code', bob.email, world.provider.clientSecret])
      if (secret !== issuer) expect(all).not.toContain(secret)
  })
})

test('[OIDC-3] sign-ins count by the address of the caller, and too many end there too', async () => {
  await using limited = await startOidcWorld({ rateLimits: true, rateClock: () => 0 })
  limited.provider.person = bob
  const visits = await Promise.all(
    Array.from({ length: 120 }, () => new TestBrowser().request(`${limited.url}/auth/oidc/callback?state=x`)),
  )
  const led = visits.map(({ headers }) => headers.get('location'))
  expect(new Set(led)).toEqual(new Set([refusedFor('expired'), refusedFor('rate_limited')]))
})

test('[OIDC-4] a provider that is down stops neither the start nor a sign-in by password', async () => {
  await using own = await startOidcWorld()
  await own.provider[Symbol.asyncDispose]()
  const browser = new TestBrowser()
  expect(await own.visit(browser, new URL(`${own.url}/auth/oidc/start`))).toBe(refusedFor('unavailable'))
  const body = JSON.stringify({ email: adminEmail, password: own.password })
  const headers = { 'content-type': 'application/json' }
  expect((await browser.request(`${own.url}/api/auth/sign-in`, { method: 'POST', headers, body })).status).toBe(200)
})

test('[OIDC-1] without a provider, and in open mode, there are no such paths', async () => {
  await using open = await startTestServer({ oidc: world.server.core.oidc })
  await using secure = await startTestServer({ authMode: 'secure', publicUrl: 'http://localhost' })
  for (const [server, host] of [
    [open, '127.0.0.1'],
    [secure, 'localhost'],
  ] as const) {
    const at = server.url.replace('127.0.0.1', host)
    for (const path of ['start', 'callback?code=x&state=y'])
      expect((await fetch(`${at}/auth/oidc/${path}`, { redirect: 'manual' })).status).toBe(404)
    expect((await fetch(`${at}/auth/oidc/link`, { method: 'POST' })).status).toBe(404)
  }
})
