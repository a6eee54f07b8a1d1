import { unavailableMs } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { type OwnPostgres, startOwnPostgres } from '@deskbell/testkit/database/own-postgres'
import { openRaw, type RawSocket, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'

let postgres: OwnPostgres
let server: TestServer
let login: LoginOutput
let chatId: number

beforeAll(async () => {
  postgres = await startOwnPostgres()
  server = await startTestServer({ connectionString: postgres.connectionString })
  login = await signInByRest(server.url, 'operator')
  const body = { email: 'client@example.test', name: 'A client' }
  const created = await call('POST', '/api/chats', body)
  chatId = (JSON.parse(created.text) as { chat: { id: number } }).chat.id
})
afterAll(async () => {
  await server.close()
  await postgres[Symbol.asyncDispose]()
})

async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string; ms: number }> {
  const startedAt = performance.now()
  const response = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${login.token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (response.status === 503) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  return { status: response.status, text, ms: performance.now() - startedAt }
}

/** The procedures that are called over HTTP. */
const restCalls: [string, string, unknown?][] = [
  ['POST', '/api/users/login', { email: 'a@example.test', name: 'A', role: 'client' }],
  ['GET', '/api/users/me'],
  ['POST', '/api/chats', { email: 'b@example.test', name: 'B' }],
  ['GET', '/api/chats'],
  ['GET', '/api/chats/1'],
  ['POST', '/api/chats/1/assign-operator', {}],
  ['POST', '/api/chats/1/read', { seq: 0 }],
  ['POST', '/api/chats/1/messages', { text: 'x', clientMsgId: 'outage' }],
  ['GET', '/api/chats/1/messages'],
  ['POST', '/api/chats/1/close'],
  ['POST', '/api/users/logout'],
  ['GET', '/trpc/users.me'],
]

const socketCalls = [
  { method: 'query', params: { path: 'chats.list', input: {} } },
  { method: 'query', params: { path: 'chats.page', input: { chatId: 1 } } },
  {
    method: 'mutation',
    params: { path: 'messages.sendBatch', input: { chatId: 1, items: [{ text: 'x', clientMsgId: 'outage-2' }] } },
  },
  { method: 'mutation', params: { path: 'chats.release', input: { chatId: 1 } } },
]

/** Extra time for a busy machine to deliver a response. */
const busyMachineMs = 500

async function expectUnavailable(socket: RawSocket): Promise<void> {
  for (const [nth, frame] of socketCalls.entries()) socket.send({ id: `${performance.now()} ${nth}`, ...frame })
  const sentAt = performance.now()
  const upgrade = tryUpgrade(server.wsUrl, login)
  const answers = await Promise.all(restCalls.map(([method, path, body]) => call(method, path, body)))
  for (const [nth, { status, text, ms }] of answers.entries()) {
    expect([restCalls[nth]?.[1], status]).toEqual([restCalls[nth]?.[1], 503])
    expect(text).toContain('"code":"unavailable"')
    expect(ms).toBeLessThan(unavailableMs + busyMachineMs)
  }
  await waitFor(
    () => socket.frames.filter((frame) => JSON.stringify(frame).includes('"unavailable"')).length >= socketCalls.length,
  )
  expect(performance.now() - sentAt).toBeLessThan(unavailableMs + busyMachineMs)
  expect(await upgrade).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
  expect((await call('GET', '/healthz')).status).toBe(200)
  expect(socket.closeCode()).toBeNull()
}

async function expectRecovered(socket: RawSocket, clientMsgId: string): Promise<void> {
  await waitFor(async () => (await call('GET', '/api/users/me')).status === 200)
  socket.send({
    id: clientMsgId,
    method: 'mutation',
    params: { path: 'messages.send', input: { chatId, text: 'back', clientMsgId } },
  })
  await socket.frame((frame) => JSON.stringify(frame).includes(`"clientMsgId":"${clientMsgId}"`))
  expect((await tryUpgrade(server.wsUrl, login)).status).toBe(101)
}

test(
  '[HTTP-6] with PostgreSQL stopped all calls are unavailable within 3 s, and work again when it is back',
  timed,
  async () => {
    await using socket = await openRaw(server.wsUrl, login)
    socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })
    await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
    await postgres.stop()
    try {
      await expectUnavailable(socket)
    } finally {
      await postgres.start()
    }
    await expectRecovered(socket, 'after-stop')
    // The stream that was open during the outage continues.
    await socket.frame((frame) => /"t":"ev".*"back"/.test(JSON.stringify(frame)))
  },
)

test('[HTTP-6] with PostgreSQL suspended all calls are unavailable within 3 s', timed, async () => {
  await using socket = await openRaw(server.wsUrl, login)
  await call('GET', '/api/users/me')
  await postgres.freeze()
  await expectUnavailable(socket).finally(() => postgres.resume())
  await expectRecovered(socket, 'after-freeze')
})
