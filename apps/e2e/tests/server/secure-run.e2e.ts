import { onlyWhere } from '@deskbell/testkit/only-where'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { eventually } from '../../src/eventually.ts'
import { chatRow, messages, openAccountMenu, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { type SecureSite, startSecureSite } from './secure-site.ts'

/** An answer of the server, or an address that a browser asked for. */
type Seen = { where: string; text: string }

const password = 'violet otter kayak 71'
const nextPassword = 'copper lantern 48 swims'
const isHere = tools.nginx !== undefined && tools.chromium !== undefined

describe('a run in secure mode, behind nginx', onlyWhere(isHere, 'there is no nginx or no Chromium'), () => {
  let site: SecureSite
  const answers: Seen[] = []
  const elsewhere: Seen[] = []
  /** Each secret, and the one answer that shows it. */
  const secrets = new Map<string, { value: string; shownBy: string | null }>()
  const violations: string[] = []

  beforeAll(async () => {
    if (isHere) site = await startSecureSite()
  })
  afterAll(() => site?.[Symbol.asyncDispose]())

  const keep = (name: string, value: string, shownBy: string | null = null) => secrets.set(name, { value, shownBy })

  async function call(where: string, path: string, { body, token, method }: Call = {}): Promise<Json> {
    const ask = () =>
      fetch(site.url + path, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
    // On a busy machine the first password, for which the server reads its words, may be refused for a moment.
    const response = await eventually(ask, ({ status }) => status !== 503)
    const text = await response.text()
    answers.push({ where, text })
    // Cookies show the token to the browser that has it, and to nobody else.
    elsewhere.push({ where: `headers of ${where}`, text: JSON.stringify(withoutCookies(response.headers)) })
    return text.startsWith('{') ? JSON.parse(text) : {}
  }

  async function signedIn(where: string, path: string, body: object): Promise<string> {
    const { token } = await call(where, path, { body })
    keep(`session of ${where}`, String(token), where)
    return String(token)
  }

  /** Opens the page of a session, and records what it prints and asks for. */
  async function openPage(token: string, role: string): Promise<{ context: BrowserContext; page: Page }> {
    const { user } = await call(`me of ${role}`, '/api/users/me', { token })
    const context = await site.browser.newContext({ locale: 'en-GB', serviceWorkers: 'allow' })
    await context.addCookies([
      { name: `deskbell_${role}`, value: token, url: site.url, httpOnly: true, sameSite: 'Lax' },
      { name: `deskbell_${role}_id`, value: String(user?.id), url: site.url },
    ])
    const page = await context.newPage()
    page.on('console', (line) => {
      elsewhere.push({ where: `console of the ${role}`, text: line.text() })
      if (/polic|trusted/i.test(line.text())) violations.push(line.text())
    })
    page.on('request', (request) => elsewhere.push({ where: `address of the ${role}`, text: request.url() }))
    page.on('framenavigated', (frame) => elsewhere.push({ where: `history of the ${role}`, text: frame.url() }))
    page.on('pageerror', ({ message }) => violations.push(message))
    await page.goto(`${site.url}/chats/${user?.id}`)
    await page.getByRole('main').waitFor()
    return { context, page }
  }

  test('[HTTP-41] the pages work under trusted types, and nothing in them breaks the policy', async () => {
    keep('setup link', site.setupToken)
    keep('password', password)
    const admin = { email: 'grace@example.com', name: 'Grace', password }
    const adminToken = await signedIn('setup', '/api/auth/setup', { ...admin, token: site.setupToken })
    const guest = await signedIn('guest', '/api/auth/guest', { name: 'Ann' })

    const { page: client } = await openPage(guest, 'client')
    await write(client, 'Where is my order?')
    await messages(client, 'Where is my order?').waitFor()
    const { page: operator } = await openPage(adminToken, 'operator')
    await chatRow(operator, 'Ann').click()
    await write(operator, 'On its **way**: https://example.com')
    await messages(client, 'On its way').waitFor()
    await operator
      .getByRole('button', { name: /close chat/i })
      .first()
      .click()
    await openAccountMenu(operator)

    for (const page of [client, operator]) {
      await expect
        .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()) !== undefined))
        .toBe(true)
      const storage = await page.evaluate(readStorage)
      elsewhere.push({ where: 'storage', text: storage }, { where: 'page', text: await page.content() })
      expect(storage).toContain('deskbell')
    }
    await client.reload()
    await messages(client, 'On its way').waitFor()
    expect(await client.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
    expect(violations).toEqual([])
    for (const page of [client, operator]) {
      const refusal = await page.evaluate(() => {
        try {
          document.createElement('div').innerHTML = '<img>'
          return 'none'
        } catch (error) {
          return String(error)
        }
      })
      expect(refusal).toContain('TrustedHTML')
    }
    await expect.poll(() => violations.length).toBe(2)
  })

  test('[HTTP-43] [N08] [N79] leaves no secret in a log line, an address, an error, a page, the storage of a browser or the database', async () => {
    const adminToken = await signedIn('sign-in', '/api/auth/sign-in', { email: 'grace@example.com', password })
    const invite = async (email: string, where: string) => {
      const body = { email, access: 'operator' }
      const { link } = await call(where, '/api/operators/invitations', { body, token: adminToken })
      const token = String(link).split('#')[1] ?? ''
      keep(`link of ${where}`, token, where)
      return token
    }
    const invitation = await invite('bob@example.com', 'invitation')
    const bob = { name: 'Bob', password: nextPassword }
    keep('password of Bob', nextPassword)
    const bobs = await signedIn('accept', '/api/auth/accept', { ...bob, token: invitation })
    const unused = await invite('eve@example.com', 'unused invitation')
    const { secret } = await call('key', '/api/keys', {
      ...{ body: { name: 'A program', scopes: ['read', 'send'] }, token: adminToken },
    })
    keep('key', String(secret), 'key')

    // Changes, reads and streams with each of them, over REST, tRPC and the socket.
    const newest = 'granite lemon ferry 208'
    keep('newest password of Bob', newest)
    await call('password', '/api/auth/password', { body: { current: nextPassword, password: newest }, token: bobs })
    for (const token of [adminToken, bobs, String(secret)]) {
      await call('me', '/api/users/me', { token })
      await call('tRPC', '/trpc/chats.list?input=%7B%7D', { token })
      await openSocket(token)
      await openSocket(`${token.slice(0, -1)}x`)
      await call('wrong bearer', '/api/users/me', { token: `${token.slice(0, -1)}x` })
    }
    for (const path of ['operators', 'keys', 'audit', 'auth/sessions'])
      await call(path, `/api/${path}`, { token: adminToken })

    // Wrong tries: with a secret where another belongs, with it twice, in a body that is none, and in a query.
    const wrong = `${password} wrong`
    keep('wrong password', wrong)
    await call('wrong password', '/api/auth/sign-in', { body: { email: 'grace@example.com', password: wrong } })
    for (const { value } of [...secrets.values()]) {
      await call('wrong link', '/api/auth/accept', { body: { token: value, name: value, password: 'short' } })
      await call('wrong setup', '/api/auth/setup', { body: { token: value, email: 'x', name: '', password: 'x' } })
      await call('wrong types', '/api/auth/sign-in', { body: { email: value, password: [value] } })
      await call('tRPC error', '/trpc/auth.signIn', { body: { email: value, password: [value], more: value } })
      await call('wrong procedure', `/trpc/auth.signIn`, { token: value, method: 'PUT' })
    }
    expect(answers.length).toBeGreaterThan(50)

    // The identity provider.
    keep('secret of the client', site.provider.clientSecret)
    site.provider.person = { sub: 'eve-1', email: 'eve@example.com', email_verified: true, name: 'Eve' }
    const context = await site.browser.newContext({ locale: 'en-GB' })
    const page = await context.newPage()
    const [callback] = await Promise.all([
      page.waitForResponse((response) => response.url().startsWith(`${site.url}/auth/oidc/callback`)),
      page.goto(`${site.url}/auth/oidc/start`),
    ])
    const code = new URL(callback.url()).searchParams
    keep('code of the provider', code.get('code') ?? '')
    keep('state of the provider', code.get('state') ?? '')
    await page.waitForURL(/\/chats\/\d+$/)
    elsewhere.push({ where: 'page after the provider', text: (await page.content()) + page.url() })
    const cookie = (await context.cookies()).find(({ name }) => name === 'deskbell_operator')
    keep('session of the provider', cookie?.value ?? '')
    keep('link that the provider accepted', unused, 'unused invitation')
    await page.goto(`${site.url}/auth/oidc/callback?code=${code.get('code')}&state=${code.get('state')}`)
    elsewhere.push({ where: 'address of a refused sign-in', text: page.url() + (await page.content()) })
    await context.close()

    keep('key of stored secrets', site.secretsKey)
    const printed = site.servers.map((server) => server.output()).join('\n')
    const log = printed.split('\n').filter((line) => line.startsWith('{'))
    expect(log.length).toBeGreaterThan(100)
    const link = `${site.url}/setup#${site.setupToken}`
    elsewhere.push(
      { where: 'log of the servers', text: printed.replace(link, '') },
      { where: 'log of nginx', text: await site.nginx.accessLog() },
    )
    const database = await site.databaseText()
    // A state is of use only with the cookie of the same browser, and both only once.
    const found = [...secrets].flatMap(([name, { value, shownBy }]) => {
      expect(value.length, name).toBeGreaterThan(15)
      const places = [...elsewhere, ...answers.filter(({ where }) => where !== shownBy)]
      const stored = database.includes(value) ? [`${name} in the database`] : []
      return [...stored, ...places.filter(({ text }) => text.includes(value)).map(({ where }) => `${name} in ${where}`)]
    })
    expect(found).toEqual([])
    for (const [name, { value, shownBy }] of secrets)
      if (shownBy !== null)
        expect(
          answers.filter(({ text }) => text.includes(value)),
          name,
        ).toHaveLength(1)
  })

  /** Resolves when the socket is open, or was refused. */
  function openSocket(token: string): Promise<void> {
    const socket = new WebSocket(`${site.url.replace('http', 'ws')}/trpc`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return new Promise((resolve) => {
      socket.once('open', () => socket.close()).once('error', () => undefined)
      socket.once('close', () => resolve())
    })
  }
})

type Call = { body?: object; token?: string; method?: string }
type Json = { token?: string; link?: string; secret?: string; user?: { id: number } }

function withoutCookies(headers: Headers): [string, string][] {
  return [...headers].filter(([name]) => name !== 'set-cookie')
}

/** Runs in the page: everything that scripts can read there. */
async function readStorage(): Promise<string> {
  const rows: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
      opening.onerror = () => reject(opening.error ?? new Error('IndexedDB did not open.'))
    })
    for (const store of database.objectStoreNames) {
      rows.push(
        await new Promise((resolve) => {
          const reading = database.transaction(store).objectStore(store).getAll()
          reading.onsuccess = () => resolve({ name, store, rows: reading.result })
        }),
      )
    }
    database.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const kept = await cache.match(request)
      rows.push([name, request.url, [...(kept?.headers ?? [])]])
    }
  }
  return JSON.stringify(rows)
}
