import { signInRate } from '@deskbell/contract/limits'
import { loginOutputSchema } from '@deskbell/contract/users'
import { startTestServer } from '@deskbell/testkit/test-server'
import { expect, test } from 'vitest'

function signIn(url: string, headers: Record<string, string> = {}, body?: object): Promise<Response> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  const given = { method: 'POST', headers: { ...json, ...headers } }
  return fetch(`${url}/api/auth/guest`, body === undefined ? given : { ...given, body: JSON.stringify(body) })
}

test('[AUTH-34] [AUTH-13] a guest gets the cookies of a client, in open and in secure mode', async () => {
  await using open = await startTestServer()
  await using secure = await startTestServer({ authMode: 'secure', publicUrl: 'http://127.0.0.1' })
  for (const { url } of [open, secure]) {
    const answer = await signIn(url)
    expect(answer.status).toBe(201)
    const names = answer.headers.getSetCookie().map((cookie) => cookie.split('=', 1)[0])
    expect(names).toEqual(['deskbell_client', 'deskbell_client_id'])
    const { token, user } = loginOutputSchema.parse(await answer.json())
    const me = await fetch(`${url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(await me.json()).toEqual({ user })
  }
})

test('[AUTH-34] a page of a foreign origin makes no guest', async () => {
  await using server = await startTestServer()
  expect((await signIn(server.url, { origin: 'https://evil.example' })).status).toBe(403)
  const { rows } = await server.db.pool.query('select 1 from users')
  expect(rows).toHaveLength(0)
})

test('[AUTH-34] guests count as sign-ins of their address', async () => {
  await using server = await startTestServer({ rateLimits: true, rateClock: () => 0 })
  const statuses: number[] = []
  for (let nth = 0; nth <= signInRate.burst; nth += 1)
    statuses.push((await signIn(server.url, {}, { name: ' ' })).status)
  expect(statuses.filter((status) => status === 400)).toHaveLength(signInRate.burst)
  expect(statuses.at(-1)).toBe(429)
})
