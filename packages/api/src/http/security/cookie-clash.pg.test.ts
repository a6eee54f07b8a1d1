import type { LoginOutput } from '@deskbell/contract/users'
import { signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { openSse } from '@deskbell/testkit/probes/sse-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let secure: TestServer
let [victim, attacker] = [] as unknown as [LoginOutput, LoginOutput]

beforeAll(async () => {
  server = await startTestServer()
  secure = await startTestServer({ connectionString: server.connectionString, publicUrl: 'https://desk.example' })
  victim = await signInByRest(server.url, 'client')
  attacker = await signInByRest(server.url, 'client')
})
afterAll(async () => {
  await secure.close()
  await server.close()
})

/** Who is signed in with these cookies, by each way in: the status of REST, tRPC, a change, a stream and an upgrade. */
async function statuses({ url, wsUrl }: TestServer, cookie: string, origin = url): Promise<number[]> {
  const headers = { cookie, origin }
  const me = await fetch(`${url}/api/users/me`, { headers })
  const byTrpc = await fetch(`${url}/trpc/users.me`, { headers })
  const change = await fetch(`${url}/api/chats`, { method: 'POST', headers })
  await using stream = await openSse(`${url}/trpc/inbox.events?input={}`, headers)
  const upgrade = await tryUpgrade(wsUrl, { headers })
  return [me.status, byTrpc.status, change.status, stream.status, upgrade.status]
}

const signedIn = [200, 200, 201, 200, 101]
const nobody = [401, 401, 401, 401, 401]

describe('cookies of one name', () => {
  test('[HTTP-24] that differ sign nobody in, in either order', async () => {
    const [own, tossed] = [`deskbell_client=${victim.token}`, `deskbell_client=${attacker.token}`]
    expect(await statuses(server, own)).toEqual(signedIn)
    for (const cookie of [
      `${tossed}; ${own}`,
      `${own}; ${tossed}`,
      `${own}; ${own}; ${tossed}; ${tossed}`,
      `${own}; deskbell_client=`,
    ])
      expect(await statuses(server, cookie)).toEqual(nobody)
  })

  test('[HTTP-24] that are equal count as one', async () => {
    const own = `deskbell_client=${victim.token}`
    expect(await statuses(server, `${own}; theme=dark; ${own}`)).toEqual(signedIn)
  })
})

describe('over HTTPS', () => {
  const origin = 'https://desk.example'

  test('[HTTP-25] signing in and out sets and clears cookies with the prefix `__Host-`', async () => {
    const headers = { 'content-type': 'application/json', origin }
    const body = JSON.stringify({ email: 'host@example.test', name: 'A name', role: 'client' })
    const login = await fetch(`${secure.url}/api/users/login`, { method: 'POST', headers, body })
    const [session = '', id = '', ...more] = login.headers.getSetCookie()
    expect(session).toMatch(
      /^__Host-deskbell_client=dbs_[\w-]{43}; Path=\/; Expires=[^;]+ GMT; SameSite=Lax; Secure; HttpOnly$/,
    )
    expect(id).toMatch(/^deskbell_client_id=\d+; /)
    expect(more).toEqual([])
    const own = session.split(';', 1)[0] ?? ''
    expect(await statuses(secure, own, origin)).toEqual(signedIn)
    const logout = await fetch(`${secure.url}/api/users/logout`, { method: 'POST', headers: { origin, cookie: own } })
    expect(logout.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0])).toEqual([
      '__Host-deskbell_client',
      'deskbell_client_id',
    ])
  })

  test('[HTTP-25] a cookie without the prefix, which other subdomains can set, signs nobody in', async () => {
    expect(await statuses(secure, `deskbell_client=${attacker.token}`, origin)).toEqual(nobody)
    const beside = `deskbell_client=${attacker.token}; __Host-deskbell_client=${victim.token}`
    expect(await statuses(secure, beside, origin)).toEqual(signedIn)
    expect(await statuses(server, `__Host-deskbell_client=${victim.token}`)).toEqual(nobody)
  })
})
