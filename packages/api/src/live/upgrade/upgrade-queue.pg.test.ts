import { userSocketsMax } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { setUpChat } from '@deskbell/testkit/factories'
import { openRaw, type Refusal, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { defaultTimings } from '../live-timings.ts'
import type { UpgradeQueueOptions } from './upgrade-queue.ts'

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)

/** A server that works at two upgrades at a time, and an operator who is signed in. */
async function startSlowDoor(admission: Partial<UpgradeQueueOptions> = {}) {
  const few = { workMax: 2, turnMax: 2, waitingMax: 100, waitMs: 60_000, ...admission }
  const server = await startTestServer({ timings: { admission: few } })
  return { server, login: await signInByRest(server.url, 'operator') }
}

/** Until it is released, nobody reads the table. Without sessions, every upgrade stays in progress. */
async function lockTable(server: TestServer, table: 'sessions' | 'chats'): Promise<() => Promise<void>> {
  const holder = await server.db.pool.connect()
  await holder.query('begin')
  await holder.query(`lock table ${table} in access exclusive mode`)
  return async () => {
    await holder.query('rollback')
    holder.release()
  }
}

/** Waits until a statement waits for the locked table. */
async function someoneWaits(server: TestServer): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
  await waitFor(async () => (await server.db.pool.query(waiting)).rows.length > 0)
}

function startUpgrade(server: TestServer, { token }: LoginOutput): WebSocket {
  const ws = new WebSocket(server.wsUrl, { headers: { authorization: `Bearer ${token}` } })
  return ws.on('error', () => undefined)
}

test('[SOCK-17] of clients that come back together the first are live before the last are admitted', async () => {
  const { server, login } = await startSlowDoor()
  await using _ = server
  const { chat } = await setUpChat(server.core)
  const follow = { id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } }
  await using one = await openRaw(server.wsUrl, login)
  await using two = await openRaw(server.wsUrl, login)
  const release = await lockTable(server, 'chats')
  for (const socket of [one, two]) socket.send(follow)
  await someoneWaits(server)
  const happened: string[] = []
  for (const { ws } of [one, two])
    ws.on('message', (data) => String(data).includes('"t":"live"') && happened.push('live'))
  const late = oneTo(5).map(() => startUpgrade(server, login).on('open', () => happened.push('open')))
  await waitFor(() => server.waitingUpgrades() === 5)
  await release()
  await waitFor(() => happened.length === 7)
  expect(happened.indexOf('live')).toBeLessThan(happened.lastIndexOf('open'))
  expect([server.waitingUpgrades(), server.openSockets()]).toEqual([0, 7])
  for (const ws of late) ws.terminate()
})

test('[SOCK-17] connections that close while they wait leave the queue, and the others are admitted', async () => {
  const { server, login } = await startSlowDoor()
  await using _ = server
  const release = await lockTable(server, 'sessions')
  const sockets = oneTo(12).map(() => startUpgrade(server, login))
  await waitFor(() => server.waitingUpgrades() === 10)
  for (const ws of sockets.slice(4, 9)) ws.terminate()
  await waitFor(() => server.waitingUpgrades() === 5)
  await release()
  await waitFor(() => server.openSockets() === 7)
  expect(server.waitingUpgrades()).toBe(0)
  for (const ws of sockets) ws.terminate()
})

test('[SOCK-17] too many waiting upgrades, and one that waits for too long, get 503 and Retry-After', async () => {
  const { server, login } = await startSlowDoor({ waitingMax: 3, waitMs: 300 })
  await using _ = server
  const release = await lockTable(server, 'sessions')
  const answers: Refusal[] = []
  const attempts = oneTo(6).map(() => tryUpgrade(server.wsUrl, login).then((answer) => answers.push(answer)))
  await waitFor(() => answers.length === 4)
  await release()
  await Promise.all(attempts)
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused).toHaveLength(4)
  for (const { headers, body } of refused)
    expect([headers['retry-after'], JSON.parse(body).code]).toEqual(['1', 'unavailable'])
  expect(answers.filter(({ status }) => status === 101)).toHaveLength(2)
  expect(defaultTimings.admission.waitMs).toBeLessThan(3_000)
})

test('[SOCK-10] a draining server refuses the upgrades that wait with 503', async () => {
  const { server, login } = await startSlowDoor()
  await using _ = server
  const release = await lockTable(server, 'sessions')
  const attempts = oneTo(6).map(() => tryUpgrade(server.wsUrl, login))
  await waitFor(() => server.waitingUpgrades() === 4)
  const drained = server.drain()
  expect(server.waitingUpgrades()).toBe(0)
  await release()
  expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual(oneTo(6).map(() => 503))
  await drained
})

test('[SOCK-17] streams that fail or are stopped while they begin do not count for ever', async () => {
  const { server, login } = await startSlowDoor()
  await using _ = server
  await using socket = await openRaw(server.wsUrl, login)
  const follow = (id: number, path: string) => ({
    id,
    method: 'subscription',
    params: { path, input: { chatId: 999_999 } },
  })
  for (const id of oneTo(6)) socket.send(follow(id, id % 2 === 0 ? 'chats.events' : 'no.such.stream'))
  await waitFor(() => socket.frames.length === 6 && JSON.stringify(socket.frames).split('"error"').length === 7)
  for (const id of oneTo(6)) socket.send([follow(id, 'inbox.events'), { id, method: 'subscription.stop' }])
  await waitFor(() => JSON.stringify(socket.frames).split('"stopped"').length === 7)
  await using gone = await openRaw(server.wsUrl, login)
  for (const id of oneTo(6)) gone.send(follow(id, 'inbox.events'))
  gone.ws.terminate()
  await waitFor(() => server.openSockets() === 1)
  const answers = await Promise.all(oneTo(10).map(() => tryUpgrade(server.wsUrl, login)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([101]))
})

test('[HTTP-7] of upgrades of one user whose session is checked together, those above the limit get 429', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const login = await signInByRest(server.url, 'client')
  const release = await lockTable(server, 'sessions')
  const sockets = oneTo(userSocketsMax + 5).map(() => startUpgrade(server, login))
  const outcomes: (number | undefined)[] = []
  for (const ws of sockets) {
    ws.on('open', () => outcomes.push(101))
    ws.on('unexpected-response', (_request, response) => outcomes.push(response.statusCode))
  }
  await someoneWaits(server)
  await release()
  await waitFor(() => outcomes.length === sockets.length)
  expect(outcomes.filter((status) => status === 101)).toHaveLength(userSocketsMax)
  expect(outcomes.filter((status) => status === 429)).toHaveLength(5)
  for (const ws of sockets) ws.terminate()
  await waitFor(() => server.openSockets() === 0)
  expect((await tryUpgrade(server.wsUrl, login)).status).toBe(101)
})
