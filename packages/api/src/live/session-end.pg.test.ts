import { sessionEndMs } from '@deskbell/contract/limits'
import type { Clock } from '@deskbell/core/clock'
import { openRaw, type RawSocket, signInByRest, stockClient, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startServerPair, startTestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { expect, test } from 'vitest'

const dayMs = 86_400_000

function signOut(url: string, token: string): Promise<Response> {
  return fetch(`${url}/api/users/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
}

/** Returns how many milliseconds after `end` all sockets were closed with 4401. */
async function msUntilClosed(sockets: readonly RawSocket[], end: () => Promise<unknown>): Promise<number> {
  await end()
  const startedAt = performance.now()
  expect(await Promise.all(sockets.map((socket) => socket.closed()))).toEqual(sockets.map(() => 4401))
  return performance.now() - startedAt
}

test('[AUTH-5] signing out by REST closes every socket of the session, and no other', timed, async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  const other = await signInByRest(server.url, 'client')
  await using first = await openRaw(server.wsUrl, login)
  await using second = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
  second.send({ method: 'connectionParams', data: { token: login.token } })
  second.send({ id: 1, method: 'query', params: { path: 'users.me' } })
  await second.frame(() => true)
  await using stranger = await openRaw(server.wsUrl, other)
  const ms = await msUntilClosed([first, second], async () => {
    expect((await signOut(server.url, login.token)).status).toBe(204)
  })
  expect(ms).toBeLessThan(sessionEndMs)
  expect(stranger.closeCode()).toBeNull()
  expect((await tryUpgrade(server.wsUrl, login)).status).toBe(401)
  expect((await signOut(server.url, login.token)).status).toBe(401)
})

test('[AUTH-5] signing out over a socket gets a response before the socket closes', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  await using socket = await openRaw(server.wsUrl, login)
  socket.send({ id: 1, method: 'mutation', params: { path: 'users.logout' } })
  expect(await socket.closed()).toBe(4401)
  expect(socket.frames).toMatchObject([{ id: 1, result: { type: 'data' } }])
})

test('[AUTH-5] after the sign-out a socket runs no call, also before it is closed', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  await using socket = await openRaw(server.wsUrl, login)
  await signOut(server.url, login.token)
  socket.send({ id: 2, method: 'mutation', params: { path: 'chats.create' } })
  await socket.closed()
  expect(JSON.stringify(socket.frames)).not.toContain('"result"')
  const { rows } = await server.db.pool.query('select 1 from chats')
  expect(rows).toHaveLength(0)
})

test('[AUTH-35] N33: a socket whose session has ended stores nothing, though no hint has said so', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  using stock = stockClient(server.wsUrl, login.token)
  const { chat } = await stock.client.chats.create.mutate({})
  await using socket = await openRaw(server.wsUrl, login)
  await server.db.pool.query('delete from sessions where user_id = $1', [login.user.id])
  const input = { chatId: chat.id, text: 'too late', clientMsgId: 'late' }
  socket.send({ id: 1, method: 'mutation', params: { path: 'messages.send', input } })
  socket.send({ id: 2, method: 'mutation', params: { path: 'chats.create' } })
  await socket.closed()
  expect(JSON.stringify(socket.frames)).not.toContain('"result"')
  const { rows } = await server.db.pool.query('select last_seq::int from chats')
  expect(rows).toEqual([{ last_seq: 0 }])
})

test('[AUTH-5] a sign-out on one process closes the sockets of the session on another', timed, async () => {
  await using pair = await startServerPair()
  const [api, live] = pair
  const login = await signInByRest(api.url, 'operator')
  await using socket = await openRaw(live.wsUrl, login)
  expect(await msUntilClosed([socket], () => signOut(api.url, login.token))).toBeLessThan(sessionEndMs)
})

test('[AUTH-5] N33: a sign-out whose hint is lost closes the sockets of the session', timed, async () => {
  // Each server has its own bus, so no hint of one reaches the other.
  await using first = await startTestServer()
  await using second = await startTestServer({ connectionString: first.connectionString })
  const login = await signInByRest(first.url, 'client')
  await using socket = await openRaw(second.wsUrl, login)
  expect(await msUntilClosed([socket], () => signOut(first.url, login.token))).toBeLessThan(sessionEndMs)
})

test('[AUTH-5] a session that ends between the upgrade and the first frame does not sign in', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  const headers = { cookie: `deskbell_client=${login.token}`, origin: server.url }
  await using socket = await openRaw(server.wsUrl, { path: '/?connectionParams=1', headers })
  await signOut(server.url, login.token)
  socket.send({ method: 'connectionParams', data: null })
  socket.send({ id: 1, method: 'query', params: { path: 'users.me' } })
  expect(await socket.closed()).toBe(4401)
  expect(JSON.stringify(socket.frames)).not.toContain('"result"')
})

test('[AUTH-5] a process that resumes after suspension sends nothing to a session that has ended', async () => {
  let aheadMs = 0
  const clock: Clock = { now: () => new Date(Date.now() + aheadMs) }
  await using server = await startTestServer({ clock, timings: { sessionPollMs: 60_000 } })
  const login = await signInByRest(server.url, 'client')
  using stock = stockClient(server.wsUrl, login.token)
  const { chat } = await stock.client.chats.create.mutate({})
  await using socket = await openRaw(server.wsUrl, login)
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } })
  await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
  aheadMs = 10_000
  await server.db.pool.query('delete from sessions')
  const operator = await signInByRest(server.url, 'operator')
  await fetch(`${server.url}/api/chats/${chat.id}/close`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operator.token}` },
  })
  expect(await socket.closed()).toBe(4401)
  expect(JSON.stringify(socket.frames)).not.toContain('"closed"')
})

test('[AUTH-6] the expiry of a session closes its sockets', timed, async () => {
  let now = new Date()
  const clock: Clock = { now: () => now }
  await using server = await startTestServer({ clock })
  const login = await signInByRest(server.url, 'client')
  await using socket = await openRaw(server.wsUrl, login)
  const ms = await msUntilClosed([socket], async () => {
    now = new Date(now.getTime() + 31 * dayMs)
  })
  expect(ms).toBeLessThan(sessionEndMs)
  expect((await tryUpgrade(server.wsUrl, login)).status).toBe(401)
})

test('[AUTH-6] a socket with a running stream is closed when its session ends', async () => {
  await using server = await startTestServer()
  const login = await signInByRest(server.url, 'client')
  using stock = stockClient(server.wsUrl, login.token)
  const { chat } = await stock.client.chats.create.mutate({})
  await using socket = await openRaw(server.wsUrl, login)
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } })
  await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
  await signOut(server.url, login.token)
  expect(await socket.closed()).toBe(4401)
})
