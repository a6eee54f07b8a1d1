import { userSocketsMax } from '@deskbell/contract/limits'
import { openRaw, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)

/** Blocks the event loop, as in an overloaded process. */
function blockLoop(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('[SOCK-13] a late event loop makes upgrades fail with 503 and Retry-After until it has caught up', async () => {
  await using server = await startTestServer({ timings: { behindMs: 300 } })
  const login = await signInByRest(server.url, 'client')
  await using before = await openRaw(server.wsUrl, login)
  const attempt = tryUpgrade(server.wsUrl, login)
  blockLoop(800)
  const refused = await attempt
  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
  expect(refused.body).toContain('"code":"unavailable"')
  await waitFor(async () => (await tryUpgrade(server.wsUrl, login)).status === 101)
  expect(before.closeCode()).toBeNull()
})

test('[SOCK-13] 400 sockets of one address reconnect at once and none is rate_limited', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const logins = await Promise.all(oneTo(40).map(() => signInByRest(server.url, 'client')))
  const openAll = () => Promise.all(logins.flatMap((login) => oneTo(10).map(() => openRaw(server.wsUrl, login))))
  const sockets = await openAll()
  for (const { ws } of sockets) ws.terminate()
  await waitFor(() => server.openSockets() === 0)
  const back = await openAll()
  expect(server.openSockets()).toBe(400)
  for (const { ws } of back) ws.terminate()
})

test('[HTTP-7] a user has at most 20 sockets, however they sign in, and a closed one makes room', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const [login, other] = await Promise.all([signInByRest(server.url, 'client'), signInByRest(server.url, 'client')])
  const sockets = await Promise.all(oneTo(userSocketsMax).map(() => openRaw(server.wsUrl, login)))
  const refused = await tryUpgrade(server.wsUrl, login)
  expect([refused.status, Number(refused.headers['retry-after'])]).toEqual([429, expect.any(Number)])
  await using byFrame = await openRaw(server.wsUrl, { path: '/?connectionParams=1' })
  byFrame.send({ method: 'connectionParams', data: { token: login.token } })
  byFrame.send({ id: 1, method: 'query', params: { path: 'users.me' } })
  expect(await byFrame.closed()).toBe(4029)
  expect(byFrame.frames[0]).toMatchObject({ id: null, error: { data: { code: 'rate_limited' } } })
  expect((await tryUpgrade(server.wsUrl, other)).status).toBe(101)
  sockets[0]?.ws.terminate()
  await waitFor(async () => (await tryUpgrade(server.wsUrl, login)).status === 101)
  for (const { ws } of sockets) ws.terminate()
})
