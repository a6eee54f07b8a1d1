import type { LoginOutput, Role } from '@deskbell/contract/users'
import { emailOf } from '@deskbell/testkit/factories'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let client: LoginOutput
let operator: LoginOutput

beforeAll(async () => {
  server = await startTestServer()
  client = await signInByRest(server.url, 'client')
  operator = await signInByRest(server.url, 'operator')
})
afterAll(() => server.close())

type Call = { method?: string; headers?: Record<string, string>; body?: unknown; at?: TestServer }

async function call(path: string, { method = 'GET', headers = {}, body, at = server }: Call = {}) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(at.url + path, {
    method,
    headers: { ...json, ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const cookies = (...logins: LoginOutput[]) =>
  logins.map(({ user, token }) => `deskbell_${user.role}=${token}`).join('; ')
const signIn = (role: Role) => ({ email: `${role}-cookie@example.test`, name: 'A name', role })

describe('the cookies', () => {
  test.each(['/api/users/login', '/trpc/users.login'])(
    '[AUTH-13] a sign-in at %s sets the token with HttpOnly, and the user id without',
    async (path) => {
      const answer = await call(path, { method: 'POST', body: signIn('client') })
      expect(answer.status).toBe(200)
      const [session = '', id = '', ...more] = answer.headers.getSetCookie()
      expect(more).toEqual([])
      expect(session).toMatch(/^deskbell_client=dbs_[\w-]{43}; Path=\/; Expires=[^;]+ GMT; SameSite=Lax; HttpOnly$/)
      expect(id).toMatch(/^deskbell_client_id=\d+; Path=\/; Expires=[^;]+ GMT; SameSite=Lax$/)
    },
  )

  test('[AUTH-13] with a PUBLIC_URL of https the cookies are Secure', async () => {
    await using secure = await startTestServer({
      connectionString: server.connectionString,
      publicUrl: 'https://desk.example',
    })
    const answer = await call('/api/users/login', { method: 'POST', body: signIn('operator'), at: secure })
    expect(answer.headers.getSetCookie().every((cookie) => cookie.includes('; Secure'))).toBe(true)
  })

  test('[AUTH-13] [AUTH-16] a sign-out deletes the cookies of its role, and no others', async () => {
    const own = await signInByRest(server.url, 'client')
    const headers = { cookie: cookies(own, operator), 'deskbell-role': 'client', origin: server.url }
    const answer = await call('/api/users/logout', { method: 'POST', headers })
    expect(answer.status).toBe(204)
    const set = answer.headers.getSetCookie()
    expect(set.map((cookie) => cookie.split('=', 1)[0])).toEqual(['deskbell_client', 'deskbell_client_id'])
    expect(set.every((cookie) => cookie.includes('Expires=Thu, 01 Jan 1970'))).toBe(true)
    expect(answer.headers.get('clear-site-data')).toBeNull()
    expect((await call('/api/users/me', { headers })).status).toBe(401)
    expect((await call('/api/users/me', { headers: { ...headers, 'deskbell-role': 'operator' } })).status).toBe(200)
  })
})

describe('the session of a request', () => {
  const roleOf = async (headers: Record<string, string>) =>
    /"role":"(\w+)"/.exec((await call('/api/users/me', { headers })).text)?.[1]

  test('[AUTH-7] is that of the only cookie; with two cookies deskbell-role selects one', async () => {
    expect(await roleOf({ cookie: cookies(client) })).toBe('client')
    expect(await roleOf({ cookie: cookies(client, operator), 'deskbell-role': 'operator' })).toBe('operator')
    expect(await roleOf({ cookie: cookies(client, operator), 'deskbell-role': 'client' })).toBe('client')
  })

  test('[AUTH-14] is missing (401) with two cookies and no role, and with a role without a cookie', async () => {
    for (const headers of [
      { cookie: cookies(client, operator) },
      { cookie: cookies(client), 'deskbell-role': 'operator' },
    ])
      expect((await call('/api/users/me', { headers })).status).toBe(401)
  })

  test('[AUTH-8] is that of the bearer token; cookies are ignored, also when the token is invalid', async () => {
    expect(await roleOf({ cookie: cookies(client), authorization: `Bearer ${operator.token}` })).toBe('operator')
    const wrong = { cookie: cookies(client), authorization: 'Bearer wrong', origin: server.url }
    expect((await call('/api/users/me', { headers: wrong })).status).toBe(401)
  })
})

describe('the origin of a request', () => {
  const foreign = ['https://evil.example', 'null', 'http://127.0.0.1', 'http://127.0.0.1:1']
  const createChat = (headers: Record<string, string>) => call('/api/chats', { method: 'POST', headers })
  const createByTrpc = (headers: Record<string, string>) =>
    call('/trpc/chats.create', { method: 'POST', headers, body: {} })

  test.each(foreign)(
    '[AUTH-9] N36: a change with the cookie from %s is forbidden, by REST and by tRPC',
    async (origin) => {
      const before = await countChats()
      for (const change of [createChat, createByTrpc]) {
        const answer = await change({ cookie: cookies(client), origin })
        expect([answer.status, /"code":"(\w+)"/.exec(answer.text)?.[1]]).toEqual([403, 'forbidden'])
      }
      expect(await countChats()).toBe(before)
    },
  )

  test('[AUTH-9] a change with the cookie is forbidden without an origin, and runs with the own one', async () => {
    expect((await createChat({ cookie: cookies(client) })).status).toBe(403)
    expect((await createChat({ cookie: cookies(client), origin: server.url })).status).toBe(201)
  })

  test('[AUTH-9] a change with a bearer token and a read with the cookie need no origin', async () => {
    expect((await createChat({ authorization: `Bearer ${client.token}` })).status).toBe(201)
    expect((await call('/api/users/me', { headers: { cookie: cookies(client) } })).status).toBe(200)
  })

  test.each(foreign)('[AUTH-9] a sign-in from %s is forbidden and sets no cookie', async (origin) => {
    for (const path of ['/api/users/login', '/trpc/users.login']) {
      const answer = await call(path, { method: 'POST', headers: { origin }, body: signIn('client') })
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
    }
  })

  test('[AUTH-9] the origins of PUBLIC_URL and ALLOWED_ORIGINS are accepted, and no other', async () => {
    const options = {
      connectionString: server.connectionString,
      publicUrl: 'http://desk.example:8080',
      allowedOrigins: ['https://shop.example'],
    }
    await using other = await startTestServer(options)
    const change = (origin: string) =>
      call('/api/chats', { method: 'POST', headers: { cookie: cookies(client), origin }, at: other })
    expect((await change('http://desk.example:8080')).status).toBe(201)
    expect((await change('https://shop.example')).status).toBe(201)
    expect((await change(other.url)).status).toBe(403)
  })

  test('[AUTH-9] N36: a foreign form is refused, and a GET of a mutation is 405', async () => {
    const headers = { cookie: cookies(client), origin: 'https://evil.example' }
    const before = await countChats()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const path of ['/api/chats', '/trpc/chats.create', '/trpc/chats.create?batch=1'])
        expect(
          (await call(path, { method: 'POST', headers: { ...headers, 'content-type': type }, body: '{}' })).status,
        ).toBeGreaterThanOrEqual(400)
    }
    for (const path of [
      '/trpc/chats.create?input={}',
      '/trpc/users.logout',
      '/trpc/chats.create,users.logout?batch=1&input={}',
    ])
      expect((await call(path, { headers: { cookie: cookies(client), origin: server.url } })).status).toBe(405)
    expect(await countChats()).toBe(before)
    expect((await call('/api/users/me', { headers })).status).toBe(200)
  })

  test('[AUTH-9] N28: user headers of a proxy do not authenticate', async () => {
    for (const name of ['x-remote-user', 'x-forwarded-user', 'remote-user'])
      expect((await call('/api/users/me', { headers: { [name]: emailOf(client.user) } })).status).toBe(401)
  })
})

describe('tRPC over HTTP', () => {
  test('[SOCK-4] refuses a batch of more than 20 calls with 400', async () => {
    const paths = Array.from({ length: 21 }, () => 'users.me').join(',')
    const answer = await call(`/trpc/${paths}?batch=1&input={}`, {
      headers: { authorization: `Bearer ${client.token}` },
    })
    expect(answer.status).toBe(400)
    const few = await call('/trpc/users.me,chats.list?batch=1&input={}', {
      headers: { authorization: `Bearer ${client.token}` },
    })
    expect(few.status).toBe(200)
  })
})

async function countChats(): Promise<number> {
  const { rows } = await server.db.pool.query<{ count: number }>('select count(*)::int as count from chats')
  return rows[0]?.count ?? -1
}

describe('the user that a request means', () => {
  const bearer = () => ({ authorization: `Bearer ${client.token}` })

  test.each(['/api/users/me', '/trpc/users.me'])('[AUTH-20] %s refuses the session of another', async (path) => {
    const asked = (user: string) => call(path, { headers: { ...bearer(), 'deskbell-user': user } })
    expect((await asked(String(client.user.id))).status).toBe(200)
    const refused = await asked(String(operator.user.id))
    expect([refused.status, refused.text]).toEqual([401, expect.stringContaining('"unauthenticated"')])
  })

  test('[AUTH-20] a stream refuses the session of another user than ?user= with 401', async () => {
    const path = `/trpc/inbox.events?input={}&user=${operator.user.id}`
    expect((await call(path, { headers: bearer() })).status).toBe(401)
  })

  test('[AUTH-20] a change with the session of another user is refused and not stored', async () => {
    const headers = { cookie: cookies(client), origin: server.url, 'deskbell-user': String(operator.user.id) }
    const stored = async () => (await server.db.pool.query('select count(*) from chats')).rows
    const before = await stored()
    expect((await call('/api/chats', { method: 'POST', headers, body: {} })).status).toBe(401)
    expect(await stored()).toEqual(before)
  })
})
