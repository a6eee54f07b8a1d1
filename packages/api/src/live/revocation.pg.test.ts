import { sessionEndMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { accountPassword, type Member, newMember, setUpAdmin, signInByPassword } from '@deskbell/testkit/accounts'
import { newSite } from '@deskbell/testkit/identities'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import { openRaw } from '@deskbell/testkit/probes/live-probe'
import { createRestProbe, type RestProbe } from '@deskbell/testkit/probes/rest-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { afterAll, beforeAll, expect, test } from 'vitest'

let acting: TestServer
let other: TestServer
let admin: Member
let rest: RestProbe

// Each server has its own bus, so no hint of one reaches the other.
beforeAll(async () => {
  const secure = { authMode: 'secure', publicUrl: 'http://127.0.0.1' } as const
  acting = await startTestServer(secure)
  other = await startTestServer({ ...secure, connectionString: acting.connectionString })
  admin = await setUpAdmin(acting.core)
  rest = await createRestProbe(acting.url)
})
afterAll(async () => {
  await other.close()
  await acting.close()
})

/** `what`: method and path. Throws for an answer that is an error. */
async function call<T>(what: string, token?: string, body?: object): Promise<T> {
  const [method = '', path = ''] = what.split(' ')
  const { status, text, json } = await rest.call(method, path, { ...(token !== undefined && { token }), body })
  if (status >= 400) throw new Error(`${what}: ${status} ${text}`)
  return json as T
}

type Revocation = {
  act: string
  /** Returns the token that ends, and what ends it. */
  prepare: () => Promise<{ token: string; end: () => Promise<unknown> }>
}

const newOperator = () => newMember(acting.core, admin)
const elsewhere = ({ email }: Member): Promise<LoginOutput> =>
  signInByPassword(acting.core, { email, password: accountPassword })
const guest = () => call<LoginOutput>('POST /auth/guest', undefined, {})

/** An operator's token, and what an admin does with the operator. */
const byAdmin = (what: string, body: object) => async () => {
  const { token, user } = await newOperator()
  return { token, end: () => call(`POST /operators/${user.id}/${what}`, admin.token, body) }
}

const revocations: Revocation[] = [
  {
    act: 'a sign-out',
    prepare: async () => {
      const { token } = await guest()
      return { token, end: () => call('POST /users/logout', token) }
    },
  },
  {
    act: 'the end of a session elsewhere',
    prepare: async () => {
      const member = await newOperator()
      const { token } = await elsewhere(member)
      const { items } = await call<{ items: { id: number; current: boolean }[] }>('GET /auth/sessions', member.token)
      const id = items.find(({ current }) => !current)?.id
      return { token, end: () => call(`DELETE /auth/sessions/${id}`, member.token) }
    },
  },
  {
    act: 'another password',
    prepare: async () => {
      const member = await newOperator()
      const { token } = await elsewhere(member)
      const body = { current: accountPassword, password: 'granite lemon ferry 208' }
      return { token, end: () => call('POST /auth/password', member.token, body) }
    },
  },
  {
    act: 'a password by a link',
    prepare: async () => {
      const { token, user } = await newOperator()
      const { link } = await call<{ link: string }>(`POST /operators/${user.id}/reset-password`, admin.token, {})
      const body = { token: new URL(link).hash.slice(1), password: 'granite lemon ferry 208' }
      return { token, end: () => call('POST /auth/reset-password', undefined, body) }
    },
  },
  { act: 'disabling', prepare: byAdmin('disable', {}) },
  { act: 'another access', prepare: byAdmin('access', { access: 'admin' }) },
  {
    act: 'removing the factors',
    prepare: async () => {
      const revocation = await byAdmin('remove-factors', {})()
      const { secret } = await call<{ secret: string }>('POST /auth/totp', revocation.token, {})
      await call('POST /auth/totp/confirm', revocation.token, { code: oneTimeCode(secret, new Date()) })
      return revocation
    },
  },
  {
    act: 'deleting a key',
    prepare: async () => {
      const { key, secret } = await call<{ key: { id: number }; secret: string }>('POST /keys', admin.token, {
        name: 'Shop',
        scopes: ['read'],
      })
      return { token: secret, end: () => call(`DELETE /keys/${key.id}`, admin.token) }
    },
  },
  {
    act: 'an identification',
    prepare: async () => {
      const site = await newSite((input) => call('POST /identity-keys', admin.token, input), {
        audience: '127.0.0.1',
      })
      const { token } = await guest()
      return {
        token,
        end: async () => call('POST /auth/identify', token, { identity: await site.sign('u-1') }),
      }
    },
  },
]

test.for(revocations)(
  '[AUTH-5] N33: without a bus, on another process: $act closes the socket, and no call is answered',
  timed,
  async ({ prepare }) => {
    const { token, end } = await prepare()
    const me = () => fetch(`${other.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect((await me()).status).toBe(200)
    await using socket = await openRaw(other.wsUrl, { token })
    socket.send({ id: 1, method: 'query', params: { path: 'users.me' } })
    await socket.frame(() => true)
    await end()
    const endedAt = performance.now()
    expect((await me()).status).toBe(401)
    expect(await socket.closed()).toBe(4401)
    expect(performance.now() - endedAt).toBeLessThan(sessionEndMs)
  },
)
