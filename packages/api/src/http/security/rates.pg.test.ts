import { connectRate, sendRate, signInRate } from '@deskbell/contract/limits'
import { openRaw, type Refusal, signInByRest, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer } from '@deskbell/testkit/test-server'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Runs `count` calls at once. Returns their statuses and the last 429 response. */
async function repeat(
  count: number,
  run: (nth: number) => Promise<Response>,
): Promise<{ statuses: number[]; refused: Response | undefined }> {
  const answers = await Promise.all(Array.from({ length: count }, (_, nth) => run(nth)))
  return { statuses: answers.map(({ status }) => status), refused: answers.findLast(({ status }) => status === 429) }
}

test('[HTTP-7] sign-ins above the rate of their address are 429, whatever their forwarding headers', async () => {
  await using server = await startTestServer({ rateLimits: true, trustProxy: false })
  const { statuses, refused } = await repeat(signInRate.burst + 40, (nth) =>
    post(
      `${server.url}/api/users/login`,
      {},
      { 'x-forwarded-for': `203.0.113.${nth}`, 'x-real-ip': `203.0.113.${nth}`, 'content-type': 'text/plain' },
    ),
  )
  expect(statuses.filter((status) => status === 415).length).toBeGreaterThanOrEqual(signInRate.burst)
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(5)
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(await refused?.json()).toMatchObject({ code: 'rate_limited', status: 429 })
  const byTrpc = await post(`${server.url}/trpc/users.login`, { email: 'a@example.test', name: 'A', role: 'client' })
  expect([byTrpc.status, await byTrpc.json()]).toMatchObject([
    429,
    { error: { data: { code: 'rate_limited', retryAfterMs: expect.any(Number) } } },
  ])
})

test('[HTTP-7] behind a trusted proxy each forwarded address has its own rate', async () => {
  await using server = await startTestServer({ rateLimits: true, trustProxy: true })
  const { statuses } = await repeat(signInRate.burst + 40, (nth) =>
    post(`${server.url}/api/users/login`, {}, { 'x-forwarded-for': `6.6.6.6, 203.0.113.${nth}` }),
  )
  expect(new Set(statuses)).toEqual(new Set([400]))
})

test('[HTTP-7] sends above the rate are refused by REST and by socket, and another user is not affected', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const [me, other] = await Promise.all([signInByRest(server.url, 'operator'), signInByRest(server.url, 'operator')])
  const send = (token: string) =>
    post(`${server.url}/api/chats/1/messages`, { text: 'x', clientMsgId: 'x' }, { authorization: `Bearer ${token}` })
  // Many more than the burst, because the bucket refills while the calls arrive on a busy machine.
  const { statuses, refused } = await repeat(sendRate.burst * 3, () => send(me.token))
  expect(new Set(statuses)).toEqual(new Set([404, 429]))
  expect(refused?.headers.get('retry-after')).toBe('1')
  expect((await send(other.token)).status).toBe(404)
  // An edit or retraction costs as much as a send, so it counts against the same rate.
  const retractions = await repeat(sendRate.burst * 3, () => {
    return post(`${server.url}/api/chats/1/messages/1/retract`, {}, { authorization: `Bearer ${me.token}` })
  })
  expect(retractions.statuses).toContain(429)
  await using socket = await openRaw(server.wsUrl, me)
  const input = { chatId: 1, text: 'x', clientMsgId: 'x' }
  for (let id = 0; id < sendRate.burst * 3; id += 1) {
    socket.send({ id, method: 'mutation', params: { path: 'messages.send', input } })
    if (id % 8 === 7) await waitFor(() => socket.frames.length > id)
  }
  await socket.frame((frame) => JSON.stringify(frame).includes('"rate_limited"'))
})

test('[HTTP-7] upgrades above the rate of connections are refused with 429', async () => {
  await using server = await startTestServer({ rateLimits: true })
  const attempts: Refusal[] = []
  // Many more than the burst, because the bucket refills while they arrive.
  while (attempts.length < connectRate.burst * 4 && !attempts.some(({ status }) => status === 429)) {
    attempts.push(...(await Promise.all(Array.from({ length: 200 }, () => tryUpgrade(server.wsUrl)))))
  }
  expect(attempts.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(connectRate.burst)
  const refusal = attempts.find(({ status }) => status === 429)
  expect(Number(refusal?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
})
