import { type Session, sessionsOutputSchema } from '@deskbell/contract/access/auth'
import { sessionEndMs } from '@deskbell/contract/limits'
import { type LoginOutput, loginOutputSchema } from '@deskbell/contract/users'
import { openRaw, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startServerPair, startTestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { expect, test } from 'vitest'

const bearer = ({ token }: LoginOutput) => ({ authorization: `Bearer ${token}` })

async function sessionsOf(url: string, login: LoginOutput): Promise<Session[]> {
  const answer = await fetch(`${url}/api/auth/sessions`, { headers: bearer(login) })
  return sessionsOutputSchema.parse(await answer.json()).items
}

function endSession(url: string, id: number | undefined, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/api/auth/sessions/${id}`, { method: 'DELETE', headers })
}

async function signInTwice(url: string): Promise<[here: LoginOutput, there: LoginOutput]> {
  const here = await signInByRest(url, 'operator')
  const body = JSON.stringify({ email: here.user.email, name: here.user.name, role: 'operator' })
  const headers = { 'content-type': 'application/json' }
  const there = await fetch(`${url}/api/users/login`, { method: 'POST', headers, body })
  return [here, loginOutputSchema.parse(await there.json())]
}

test('[AUTH-32] [AUTH-33] a session ended on one process closes its sockets on another', timed, async () => {
  await using pair = await startServerPair()
  const [api, live] = pair
  const [here, there] = await signInTwice(api.url)
  await using kept = await openRaw(live.wsUrl, here)
  await using socket = await openRaw(live.wsUrl, there)
  const other = (await sessionsOf(api.url, here)).find(({ current }) => !current)
  expect((await endSession(api.url, other?.id, bearer(here))).status).toBe(204)
  const endedAt = performance.now()
  expect(await socket.closed()).toBe(4401)
  expect(performance.now() - endedAt).toBeLessThan(sessionEndMs)
  expect(kept.closeCode()).toBeNull()
  expect((await fetch(`${api.url}/api/users/me`, { headers: bearer(there) })).status).toBe(401)
  expect((await sessionsOf(api.url, here)).map(({ current }) => current)).toEqual([true])
  expect((await endSession(api.url, other?.id, bearer(here))).status).toBe(404)
})

test('[AUTH-33] [REST-13] with the cookie the end of the current session needs an own origin, and clears it', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  const [current] = await sessionsOf(server.url, login)
  const cookie = `deskbell_client=${login.token}`
  expect((await endSession(server.url, current?.id, { cookie })).status).toBe(403)
  expect((await endSession(server.url, current?.id, { cookie, origin: 'https://evil.example' })).status).toBe(403)
  const ended = await endSession(server.url, current?.id, { cookie, origin: server.url })
  expect(ended.status).toBe(204)
  const cleared = ended.headers.getSetCookie().map((each) => each.split('=', 1)[0])
  expect(cleared).toEqual(['deskbell_client', 'deskbell_client_id'])
  expect((await fetch(`${server.url}/api/users/me`, { headers: { cookie } })).status).toBe(401)
})

test('[REST-6] [REST-13] DELETE ignores a body, refuses a query, and stands in Allow', async () => {
  await using server = await startTestServer()
  const [here] = await signInTwice(server.url)
  const other = (await sessionsOf(server.url, here)).find(({ current }) => !current)
  const path = `${server.url}/api/auth/sessions/${other?.id}`
  const posted = await fetch(path, { method: 'POST', headers: bearer(here) })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'DELETE'])
  expect((await fetch(`${path}?all=true`, { method: 'DELETE', headers: bearer(here) })).status).toBe(400)
  const headers = { ...bearer(here), 'content-type': 'text/plain' }
  expect((await fetch(path, { method: 'DELETE', headers, body: 'whatever' })).status).toBe(204)
})
