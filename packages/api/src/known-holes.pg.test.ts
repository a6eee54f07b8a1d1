import { createLinkToken } from '@deskbell/core/auth/accounts/link-token'
import { createSetupLink } from '@deskbell/core/auth/accounts/set-up'
import { createIdentityKey } from '@deskbell/core/auth/identity/manage-identity-keys'
import { createSessionToken } from '@deskbell/core/auth/session-token'
import { accountPassword, type Member, newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import { uniqueId } from '@deskbell/testkit/factories'
import { startServerPair, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeProcedures } from './describe-procedures.ts'
import { inputExamples } from './rest/openapi/openapi-examples.ts'
import { appRouter } from './router.ts'

/*
 * Holes that other products had, tried on a server in secure mode: the ids are those of docs/reports/security.md. What other
 * tests try already stands there too.
 */

let servers: Awaited<ReturnType<typeof startServerPair>>
let server: TestServer
let admin: Member
beforeAll(async () => {
  servers = await startServerPair({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  server = servers[0]
  admin = await setUpAdmin(server.core)
})
afterAll(() => servers[Symbol.asyncDispose]())

type Asked = { at?: TestServer; body?: unknown; method?: string; headers?: Record<string, string>; token?: string }

const ask = (path: string, { at = server, body, method = 'POST', headers, token }: Asked = {}) =>
  fetch(`${at.url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code ?? String(answer.status)
const count = async (text: string) => Number((await server.db.pool.query(text)).rows[0].count)
const wrongSignIn = (email: string, more: Asked = {}) =>
  ask('/api/auth/sign-in', { body: { email, password: 'wrong otter kayak 72' }, ...more })

describe('clients', () => {
  test('[AUTH-34] N01: an address alone opens nothing: a client has none to claim', async () => {
    const victim = 'victim@example.test'
    const made = await ask('/api/chats', { token: admin.token, body: { email: victim, name: 'Victim' } })
    expect(made.status).toBe(201)
    const guest = (await (await ask('/api/auth/guest', { body: {} })).json()) as { token: string }
    const { token } = guest
    const tries = [
      await ask('/api/users/login', { body: { email: victim, name: 'Victim', role: 'client' } }),
      await ask('/api/auth/guest', { body: { name: 'Victim', email: victim } }),
      await ask('/api/auth/identify', { body: { identity: victim } }),
      await ask('/api/chats', { token, body: { email: victim, name: 'Victim' } }),
    ]
    expect(await Promise.all(tries.map(codeOf))).toEqual([
      ...['forbidden', 'invalid_input', 'invalid_credentials', 'invalid_input'],
    ])
    const seen = await (await ask('/api/chats', { method: 'GET', token })).json()
    expect(seen).toMatchObject({ items: [] })
  })

  test('[IDENT-1] [KEY-4] N22: what is secret is shown once, and read nowhere', async () => {
    const { secret = '' } = await createIdentityKey(server.core, admin.actor, { alg: 'HS256', address: '' })
    const made = (await (
      await ask('/api/keys', { token: admin.token, body: { name: 'Robot', scopes: ['read'] } })
    ).json()) as { secret: string }
    const reads = describeProcedures(appRouter).filter(
      ({ type, meta: { rest } }) => type === 'query' && rest !== undefined && !rest.path.includes('{'),
    )
    expect(reads.length).toBeGreaterThan(6)
    for (const { name, meta } of reads) {
      const text = await (await ask(`/api${meta.rest?.path}`, { method: 'GET', token: admin.token })).text()
      for (const each of [secret, made.secret, accountPassword, admin.token]) expect(text, name).not.toContain(each)
    }
  })
})

test('[AUTH-4] [ACC-1] N10: tokens and links have 256 random bits, and none is another', () => {
  for (const make of [createSessionToken, createLinkToken]) {
    const made = new Set(Array.from({ length: 10_000 }, make))
    expect(made.size).toBe(10_000)
    for (const token of made) expect(token).toMatch(/^db[a-z]_[\w-]{43}$/)
    // Each place after the prefix takes all 64 letters but the last, which has four bits.
    for (let place = 4; place < 46; place += 1) expect(new Set([...made].map((token) => token[place])).size).toBe(64)
  }
})

describe('rights', () => {
  test('[KEY-2] N20: a key makes nobody an operator, and no other key, whatever its scopes', async () => {
    const body = { name: 'Robot', scopes: ['read', 'send', 'manage'] }
    const { secret } = (await (await ask('/api/keys', { token: admin.token, body })).json()) as { secret: string }
    const member = await newMember(server.core, admin)
    const tries: [path: string, body: object][] = [
      ['/api/operators/invitations', { email: 'eve@example.test', access: 'admin' }],
      ['/api/keys', body],
      ['/api/identity-keys', { alg: 'HS256' }],
      [`/api/operators/${member.user.id}/access`, { access: 'admin' }],
      [`/api/operators/${member.user.id}/disable`, {}],
    ]
    for (const token of [secret, member.token])
      for (const [path, given] of tries)
        expect([path, (await ask(path, { token, body: given })).status]).toEqual([path, 403])
  })

  const posts = describeProcedures(appRouter).filter(
    ({ name, meta: { mode, rest } }) => mode !== 'open' && rest?.method === 'POST' && name in inputExamples,
  )

  test('[REST-5] N60: there is something to assign to', () => {
    expect(posts.length).toBeGreaterThan(25)
  })

  test.each(posts)(
    '[REST-5] N60: $name takes no field that is not its own, and does nothing',
    async ({ name, meta }) => {
      const fields = [
        'id',
        'userId',
        'role',
        'verified',
        'operatorId',
        'createdAt',
        'seq',
        'status',
        'disabledAt',
        'proved',
      ]
      const example = inputExamples[name] as object
      const own = fields.filter((field) => !(field in example))
      const path = `/api${meta.rest?.path.replace(/\{\w+\}/g, '1')}`
      const before = await count(
        'select (select count(*) from users) + (select count(*) from sessions) + (select count(*) from links) as count',
      )
      for (const field of own) {
        const answer = await ask(path, { token: admin.token, body: { ...example, [field]: 'admin' } })
        expect([field, await codeOf(answer)]).toEqual([field, 'invalid_input'])
      }
      expect(
        await count(
          'select (select count(*) from users) + (select count(*) from sessions) + (select count(*) from links) as count',
        ),
      ).toBe(before)
    },
  )
})

describe('sign-in', () => {
  test('[ACC-6] N30: no header makes another address of the caller: ten wrong tries are ten', async () => {
    const { email } = await newMember(server.core, admin)
    const names = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'cf-connecting-ip', 'true-client-ip', 'x-client-ip']
    const codes: string[] = []
    for (let nth = 1; nth <= 14; nth += 1) {
      const headers = Object.fromEntries(
        names.map((name) => [name, name === 'forwarded' ? `for=203.0.113.${nth}` : `203.0.113.${nth}`]),
      )
      codes.push(await codeOf(await wrongSignIn(email, { headers })))
    }
    expect(codes).toEqual([...Array(10).fill('invalid_credentials'), ...Array(4).fill('rate_limited')])
  })

  test('[ACC-6] N31: of a hundred wrong tries at once, on two processes and both transports, ten are compared', async () => {
    const { email } = await newMember(server.core, admin)
    const wrong = { email, password: 'wrong otter kayak 72' }
    const tries = Array.from({ length: 100 }, (_, nth) => {
      const at = servers[nth % 2 === 0 ? 0 : 1]
      return ask(nth % 4 < 2 ? '/api/auth/sign-in' : '/trpc/auth.signIn', { at, body: wrong })
    })
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10)
    expect(statuses.every((status) => [401, 429, 503].includes(status))).toBe(true)
    // Those for which no turn came were no tries.
    for (let left = 10; left > 0; left -= 1) await ask('/api/auth/sign-in', { body: wrong })
    // Whoever knows the password is refused too, until the tries are old: nothing was counted in vain.
    expect((await ask('/api/auth/sign-in', { body: { email, password: accountPassword } })).status).toBe(429)
  })

  test('[AUTH-9] N28: headers of a proxy that signs people in are those of anybody', async () => {
    const names = ['x-remote-user', 'x-forwarded-user', 'remote-user', 'x-auth-request-email', 'x-forwarded-email']
    const headers = Object.fromEntries(names.map((name) => [name, admin.email]))
    expect((await ask('/api/operators', { method: 'GET', headers })).status).toBe(401)
  })

  test('[ACC-8] N34: an empty, a missing, a foreign and an odd token of a link are those of nobody', async () => {
    const { link } = (await (
      await ask('/api/operators/invitations', {
        ...{ token: admin.token, body: { email: `${uniqueId('new')}@example.test`, access: 'admin' } },
      })
    ).json()) as { link: string }
    const token = new URL(link).hash.slice(1)
    const person = { name: 'Eve', password: accountPassword }
    for (const given of [
      '',
      null,
      undefined,
      [],
      {},
      [token],
      0,
      true,
      `${token} `,
      token.slice(0, -1),
      admin.token,
      '%00',
    ])
      expect([400, 404]).toContain((await ask('/api/auth/accept', { body: { ...person, token: given } })).status)
    // A link of one kind is none of another.
    expect((await ask('/api/auth/reset-password', { body: { token, password: accountPassword } })).status).toBe(404)
    expect((await ask('/api/auth/setup', { body: { ...person, token, email: 'eve@example.test' } })).status).toBe(404)
    expect((await ask('/api/auth/accept', { body: { ...person, token } })).status).toBe(201)
    expect((await ask('/api/auth/accept', { body: { ...person, token } })).status).toBe(404)
  })

  test('[ACC-8] N40: what a scanner of mails does with a link uses nothing up', async () => {
    const email = `${uniqueId('scanned')}@example.test`
    const made = await ask('/api/operators/invitations', { token: admin.token, body: { email, access: 'operator' } })
    const { link } = (await made.json()) as { link: string }
    const token = new URL(link).hash.slice(1)
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      for (const path of ['/invitation', '/api/auth/accept', `/api/auth/accept?token=${token}`, '/trpc/auth.accept'])
        expect((await ask(path, { method })).status).toBeGreaterThanOrEqual(400)
    const input = encodeURIComponent(JSON.stringify({ token, name: 'Ada', password: accountPassword }))
    expect((await ask(`/trpc/auth.accept?input=${input}`, { method: 'GET' })).status).toBe(405)
    expect((await ask('/api/auth/accept', { body: { token, name: 'Ada', password: accountPassword } })).status).toBe(
      201,
    )
  })

  test('[ACC-2] N42: once there is an admin the setup is not there any more, whoever asks', async () => {
    expect(await createSetupLink(server.core)).toBeNull()
    const body = { token: 'dbl_x', email: 'eve@example.test', name: 'Eve', password: accountPassword }
    for (const token of [undefined, admin.token]) {
      const answer = await ask('/api/auth/setup', { body, ...(token !== undefined && { token }) })
      expect(answer.status).toBe(404)
    }
    expect(await count(`select count(*) from users where email = 'eve@example.test'`)).toBe(0)
  })

  test('[ACC-5] N35: who is known and who is not get the same bytes, from each call without a session', async () => {
    const { email } = await newMember(server.core, admin)
    const bytesOf = async (path: string, body: object) => {
      const answer = await ask(path, { body })
      const { instance: _, requestId: __, ...rest } = (await answer.json()) as Record<string, unknown>
      return [answer.status, rest]
    }
    const password = 'wrong otter kayak 72'
    expect(await bytesOf('/api/auth/sign-in', { email, password })).toEqual(
      await bytesOf('/api/auth/sign-in', { email: `${uniqueId('nobody')}@example.test`, password }),
    )
    expect(await bytesOf('/api/auth/forgot-password', { email })).toEqual(
      await bytesOf('/api/auth/forgot-password', { email: `${uniqueId('nobody')}@example.test` }),
    )
  })
})
