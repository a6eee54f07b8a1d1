import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSetupLink } from '@deskbell/core/auth/accounts/set-up'
import { createIdentityKey } from '@deskbell/core/auth/identity/manage-identity-keys'
import { type Member, newMember, setUpAdmin } from '@deskbell/testkit/accounts'
import { CallSocket } from '@deskbell/testkit/authorization/call-socket'
import { freePort } from '@deskbell/testkit/free-port'
import { newSite } from '@deskbell/testkit/identities'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { describeProcedures } from '../../describe-procedures.ts'
import { appRouter } from '../../router.ts'

const html = '<!doctype html><html><head></head><body></body></html>'

let pagesDir: string
let server: TestServer
let clients: string
let desk: string
let admin: Member
beforeAll(async () => {
  pagesDir = await mkdtemp(join(tmpdir(), 'deskbell-pages-'))
  await writeFile(join(pagesDir, 'index.html'), html)
  const port = await freePort()
  clients = `http://localhost:${port}`
  desk = `http://127.0.0.1:${port}`
  server = await startTestServer({ authMode: 'secure', publicUrl: clients, consoleUrl: desk, port, pagesDir })
  admin = await setUpAdmin(server.core)
})
afterAll(async () => {
  await server.close()
  await rm(pagesDir, { recursive: true })
})

type Asked = { from?: string; cookie?: string; bearer?: string }

const headersOf = ({ from, cookie, bearer }: Asked) => ({
  'content-type': 'application/json',
  ...(from !== undefined && { origin: from }),
  ...(cookie !== undefined && { cookie }),
  ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
})

const post = (url: string, body: object, asked: Asked = {}) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: headersOf(asked) })
const get = (url: string, asked: Asked = {}) => fetch(url, { headers: headersOf(asked), redirect: 'manual' })
const operatorCookie = ({ token }: { token: string }) => `deskbell_operator=${token}`

describe('sessions', () => {
  test('[HTTP-48] the cookie of an operator counts at the console alone, and its bearer token everywhere', async () => {
    const cookie = operatorCookie(admin)
    expect((await get(`${desk}/api/chats`, { cookie })).status).toBe(200)
    expect((await get(`${clients}/api/chats`, { cookie })).status).toBe(401)
    expect((await get(`${clients}/api/chats`, { bearer: admin.token })).status).toBe(200)
    const changed = await post(
      `${clients}/api/operators/invitations`,
      { email: 'a@b.test', access: 'admin' },
      {
        cookie,
        from: clients,
      },
    )
    expect(changed.status).toBe(401)
  })

  test('[HTTP-48] the cookie of a client counts at the address of clients alone', async () => {
    const signedIn = await post(`${clients}/api/auth/guest`, {}, { from: clients })
    expect(signedIn.status).toBe(201)
    const { token } = (await signedIn.json()) as { token: string }
    const cookie = `deskbell_client=${token}`
    expect((await get(`${clients}/api/chats`, { cookie })).status).toBe(200)
    expect((await get(`${desk}/api/chats`, { cookie })).status).toBe(401)
  })

  /** Every way in, with what its input may be; what is checked comes before the input. */
  const waysIn = describeProcedures(appRouter).filter(({ meta }) => meta.signsIn !== undefined)

  test('[HTTP-48] every call without a session signs in one role, but for the sign-in of open mode', () => {
    const others = describeProcedures(appRouter).filter(
      ({ meta }) => meta.access === 'anybody' && meta.signsIn === undefined,
    )
    expect(others.map(({ name }) => name)).toEqual(['users.login'])
    expect(waysIn.length).toBeGreaterThan(8)
  })

  test.each(waysIn)(
    '[HTTP-48] $name is for the role $meta.signsIn, and refused at the origin of the other, over the socket too',
    async (procedure) => {
      const { name, meta } = procedure
      const role = meta.signsIn
      const [own, foreign] = role === 'operator' ? [desk, clients] : [clients, desk]
      const statusAt = async (url: string) => (await post(`${url}/trpc/${name}`, {}, { from: url })).status
      expect(await statusAt(foreign)).toBe(403)
      expect(await statusAt(own)).not.toBe(403)
      const { token } = role === 'operator' ? await guestSession() : admin
      const session = { token, headers: { authorization: `Bearer ${token}` }, upgradePath: '/trpc', canSignIn: true }
      await using socket = await CallSocket.open(foreign.replace('http', 'ws'), session)
      const [answer] = await socket.call(procedure, [{}], false)
      expect(answer?.answer).toContain('forbidden')
    },
  )

  test('[HTTP-48] a sign-in that is refused uses up no link', async () => {
    const member = await newMember(server.core, admin)
    expect(await createSetupLink(server.core)).toBeNull()
    const refused = await post(`${clients}/api/auth/sign-in`, { email: member.email, password: 'x' }, { from: clients })
    expect(refused.status).toBe(403)
    expect(refused.headers.getSetCookie()).toEqual([])
  })
})

async function guestSession(): Promise<{ token: string }> {
  const answer = await post(`${clients}/api/auth/guest`, {}, { from: clients })
  return (await answer.json()) as { token: string }
}

describe('origins', () => {
  test('[HTTP-49] a page of clients can do nothing at the console with the cookie of an operator', async () => {
    const cookie = operatorCookie(admin)
    const invitation = { email: 'second@example.test', access: 'operator' }
    const invite = (from?: string) =>
      post(`${desk}/api/operators/invitations`, invitation, { cookie, ...(from !== undefined && { from }) })
    for (const from of [clients, 'null', desk.replace('127.0.0.1', 'evil.example'), undefined])
      expect((await invite(from)).status).toBe(403)
    expect((await invite(desk)).status).toBe(201)
  })

  test.each([
    ['clients', 403],
    ['desk', 'open'],
  ] as const)('[HTTP-49] a socket at the console with a cookie, of a page of %s: %s', async (page, outcome) => {
    const origin = page === 'clients' ? clients : desk
    const ws = new WebSocket(`${desk.replace('http', 'ws')}/trpc`, {
      headers: { origin, cookie: operatorCookie(admin) },
    })
    const seen = await new Promise((resolve) => {
      ws.once('open', () => resolve('open'))
      ws.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode))
      ws.on('error', () => undefined)
    })
    ws.close()
    expect(seen).toBe(outcome)
  })

  test('[HTTP-49] the console allows no further origin; the address of clients does', async () => {
    const further = 'https://shop.example'
    const { connectionString } = server
    await using other = await startTestServer({
      ...{ authMode: 'secure', publicUrl: clients, consoleUrl: desk, connectionString, allowedOrigins: [further] },
    })
    const at = (url: string) => url.replace(/\d+$/, new URL(other.url).port)
    expect((await post(`${at(clients)}/api/auth/guest`, {}, { from: further })).status).toBe(201)
    expect((await post(`${at(desk)}/api/auth/sign-in`, {}, { from: further })).status).toBe(403)
  })
})

describe('pages', () => {
  const placeOf = async (url: string) => {
    const { status, headers } = await get(url)
    return [status, headers.get('location')]
  }

  test('[HTTP-50] a page of the other role is at its own origin, with its query', async () => {
    expect(await placeOf(`${clients}/login-operator?chat=4`)).toEqual([307, `${desk}/login-operator?chat=4`])
    for (const path of ['/setup', '/invitation', '/reset', '/settings', '/settings/keys'])
      expect(await placeOf(`${clients}${path}`)).toEqual([307, `${desk}${path}`])
    expect(await placeOf(`${desk}/login?chat=new`)).toEqual([307, `${clients}/login?chat=new`])
    expect(await placeOf(`${desk}/`)).toEqual([307, '/login-operator'])
    for (const page of [`${clients}/`, `${clients}/chats/1`, `${desk}/chats/1`, `${desk}/login-operator`])
      expect(await placeOf(page)).toEqual([200, null])
  })

  test('[HTTP-50] no address leads a redirect away from the two origins', async () => {
    const odd = ['//evil.example/', '/\\evil.example', '/settings//evil.example', '/login-operator/..//evil.example']
    for (const path of odd) {
      const [, location] = await placeOf(`${clients}${path}`)
      if (typeof location === 'string') expect([clients, desk]).toContain(new URL(location, clients).origin)
    }
  })

  test('[HTTP-50] each page says where the other role is', async () => {
    const metasAt = async (url: string) => {
      const text = await (await get(url)).text()
      return Object.fromEntries([...text.matchAll(/deskbell-([\w-]+)" content="([^"]+)"/g)].map(([, ...pair]) => pair))
    }
    expect(await metasAt(`${clients}/`)).toMatchObject({ 'only-role': 'client', 'other-origin': desk })
    expect(await metasAt(`${desk}/login-operator`)).toMatchObject({ 'only-role': 'operator', 'other-origin': clients })
  })

  test('[HTTP-50] links with a secret are of the console, and identities are for the address of clients', async () => {
    const invitation = { email: 'third@example.test', access: 'operator' }
    const invited = await post(`${desk}/api/operators/invitations`, invitation, { bearer: admin.token })
    expect(await invited.json()).toMatchObject({ link: expect.stringContaining(`${desk}/invitation#`) })
    const options = await post(`${desk}/api/auth/passkey-options`, {}, { from: desk })
    expect(await options.json()).toMatchObject({ options: { rpId: '127.0.0.1' } })
    const { host } = new URL(clients)
    const site = await newSite((input) => createIdentityKey(server.core, admin.actor, { ...input, address: '' }), {
      audience: host,
    })
    const identified = await post(
      `${clients}/api/auth/identify`,
      { identity: await site.sign('ann') },
      { from: clients },
    )
    expect(identified.status).toBe(200)
  })
})
