import { anonymousRate, batchItemsMax, changeRate, readRate, sendRate, socketBatchMax } from '@deskbell/contract/limits'
import { type LoginOutput, loginOutputSchema } from '@deskbell/contract/users'
import { openRaw, type RawSocket, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Stands still, so that no bucket fills up while the calls arrive. */
const rateClock = () => 0

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ rateLimits: true, trustProxy: true, rateClock })
})
afterAll(() => server.close())

const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })

/** A client who calls from an address of its own. */
async function signIn(address: string): Promise<{ login: LoginOutput; headers: Record<string, string> }> {
  const login = await signInByRest(server.url, 'client')
  return { login, headers: { 'x-forwarded-for': address, ...bearer(login) } }
}

/** Signs the user of a session in once more. */
async function signInAgain({ user }: LoginOutput): Promise<LoginOutput> {
  const body = JSON.stringify({ email: user.email, name: user.name, role: user.role })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/api/users/login`, { method: 'POST', headers, body })
  return loginOutputSchema.parse(await response.json())
}

async function post(path: string, headers: Record<string, string>, body: unknown = {}): Promise<Response> {
  const json = { 'content-type': 'application/json', ...headers }
  return await fetch(server.url + path, { method: 'POST', headers: json, body: JSON.stringify(body) })
}

/** Makes as many calls as fit into one batch over HTTP, and returns how many were refused for the rate. */
async function refusedOfBatch(procedure: string, headers: Record<string, string>): Promise<number> {
  const path = `/trpc/${Array.from({ length: socketBatchMax }, () => procedure).join(',')}?batch=1`
  const isRead = procedure === 'users.online'
  const answer = isRead ? await fetch(`${server.url}${path}&input={}`, { headers }) : await post(path, headers)
  return (await answer.text()).split('"code":"rate_limited"').length - 1
}

const isRateLimited = (frame: unknown) => JSON.stringify(frame).includes('"rate_limited"')

/** Sends full batches of messages, one after the other, until one is refused. Returns how many were not. */
async function sendBatches(socket: RawSocket): Promise<number> {
  const items = Array.from({ length: batchItemsMax }, (_, nth) => ({ text: 'x', clientMsgId: String(nth) }))
  for (let id = 0; ; id += 1) {
    socket.send({ id, method: 'mutation', params: { path: 'messages.sendBatch', input: { chatId: 1, items } } })
    await waitFor(() => socket.frames.length > id)
    if (isRateLimited(socket.frames[id])) return id
  }
}

test('[HTTP-20] a batch counts its messages, and all ways to send share the rate of the user', async () => {
  const { login, headers } = await signIn('203.0.113.1')
  const [again, other] = [await signInAgain(login), await signIn('203.0.113.1')]
  await using socket = await openRaw(server.wsUrl, login)
  expect((await sendBatches(socket)) * batchItemsMax).toBe(sendRate.burst)

  const message = { text: 'x', clientMsgId: 'x' }
  const later = { ...headers, ...bearer(again) }
  for (const answer of [
    await post('/api/chats/1/messages', later, message),
    await post('/api/chats/1/messages/1/retract', later),
    await post('/trpc/messages.send', later, { chatId: 1, ...message }),
  ]) {
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await answer.text()).toContain('"rate_limited"')
  }
  expect((await post('/api/chats/1/messages', other.headers, message)).status).toBe(404)
  expect((await fetch(`${server.url}/api/users/me`, { headers })).status).toBe(200)
})

test('[HTTP-18] each call of a batch over HTTP counts', async () => {
  const { headers } = await signIn('203.0.113.2')
  // A client may not close chats, which is found after the rate.
  for (let calls = 0; calls < changeRate.burst; calls += socketBatchMax) {
    expect(await refusedOfBatch('chats.close', headers)).toBe(0)
  }
  expect(await refusedOfBatch('chats.close', headers)).toBe(socketBatchMax)
  expect((await post('/api/chats/1/close', headers)).status).toBe(429)
})

test('[HTTP-18] the calls of a signed-in user do not count by address', async () => {
  const [me, neighbour] = [await signIn('203.0.113.3'), await signIn('203.0.113.3')]
  const calls = anonymousRate.burst + 200
  expect(calls).toBeLessThan(readRate.burst)
  for (let made = 0; made < calls; made += socketBatchMax) {
    expect(await refusedOfBatch('users.online', me.headers)).toBe(0)
  }
  expect((await fetch(`${server.url}/api/users/me`, { headers: neighbour.headers })).status).toBe(200)
})

test('[HTTP-18] calls without a session count by address, whatever their bearer, and delay no socket', async () => {
  const { login } = await signIn('203.0.113.4')
  await using socket = await openRaw(server.wsUrl, { ...login, headers: { 'x-forwarded-for': '203.0.113.4' } })
  const stranger = (nth: number) => ({ 'x-forwarded-for': '203.0.113.4', authorization: `Bearer dbs_${nth}` })
  for (let calls = 0; calls < anonymousRate.burst; calls += socketBatchMax) {
    expect(await refusedOfBatch('chats.close', stranger(calls))).toBe(0)
  }
  expect(await refusedOfBatch('chats.close', stranger(-1))).toBe(socketBatchMax)
  // Before the type of the body, as the contract orders the checks.
  const rest = await post('/api/chats', { ...stranger(-2), 'content-type': 'text/plain' })
  expect([rest.status, rest.headers.get('retry-after')]).toEqual([429, '1'])
  socket.send({ id: 1, method: 'query', params: { path: 'users.me' } })
  expect(JSON.stringify(await socket.frame(() => true))).toContain(login.user.email)
  const elsewhere = { 'x-forwarded-for': '203.0.113.5', ...bearer(login) }
  expect((await fetch(`${server.url}/api/users/me`, { headers: elsewhere })).status).toBe(200)
})

test('[HTTP-18] calls of a foreign page with the cookie take nothing from the rate of the user', async () => {
  const { login, headers } = await signIn('203.0.113.6')
  const foreign = {
    'x-forwarded-for': '203.0.113.7',
    cookie: `deskbell_client=${login.token}`,
    origin: 'https://evil.example',
  }
  for (let calls = 0; calls < changeRate.burst * 1.5; calls += socketBatchMax) {
    await refusedOfBatch('chats.close', foreign)
  }
  expect((await post('/api/chats', headers)).status).toBe(201)
})

test('[HTTP-20] counting its messages lets no later call of the socket overtake a send', async () => {
  const { headers } = await signIn('203.0.113.8')
  const operator = await signInByRest(server.url, 'operator')
  await using socket = await openRaw(server.wsUrl, operator)
  for (let round = 0; round < 10; round += 1) {
    const created = await post('/api/chats', headers)
    const { chat } = (await created.json()) as { chat: { id: number } }
    const item = { text: 'goodbye', clientMsgId: `bye ${round}` }
    socket.send([
      { id: `s${round}`, method: 'mutation', params: { path: 'messages.send', input: { chatId: chat.id, ...item } } },
      { id: `c${round}`, method: 'mutation', params: { path: 'chats.close', input: { chatId: chat.id } } },
    ])
    const sent = await socket.frame((frame) => JSON.stringify(frame).includes(`"id":"s${round}"`))
    expect(JSON.stringify(sent)).toContain('"duplicate":false')
  }
})
