import { connectRate, signInRate } from '@deskbell/contract/limits'
import { type Refusal, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startTestServer } from '@deskbell/testkit/test-server'
import { expect, test } from 'vitest'

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** A clock that stands still, so that no bucket fills up while the calls arrive. */
const rateClock = () => 0

/** Runs `count` calls at once. Returns their statuses and the last 429 response. */
async function repeat(
  count: number,
  run: (nth: number) => Promise<Response>,
): Promise<{ statuses: number[]; refused: Response | undefined }> {
  const answers = await Promise.all(Array.from({ length: count }, (_, nth) => run(nth)))
  return { statuses: answers.map(({ status }) => status), refused: answers.findLast(({ status }) => status === 429) }
}

test('[HTTP-7] sign-ins above the rate of their address are 429, whatever their forwarding headers', async () => {
  await using server = await startTestServer({ rateLimits: true, rateClock, trustProxy: false })
  const { statuses, refused } = await repeat(signInRate.burst + 40, (nth) =>
    post(
      `${server.url}/api/users/login`,
      {},
      { 'x-forwarded-for': `203.0.113.${nth}`, 'x-real-ip': `203.0.113.${nth}`, 'content-type': 'text/plain' },
    ),
  )
  expect(statuses.filter((status) => status === 415)).toHaveLength(signInRate.burst)
  expect(statuses.filter((status) => status === 429)).toHaveLength(40)
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(await refused?.json()).toMatchObject({ code: 'rate_limited', status: 429 })
  const byTrpc = await post(`${server.url}/trpc/users.login`, { email: 'a@example.test', name: 'A', role: 'client' })
  expect([byTrpc.status, await byTrpc.json()]).toMatchObject([
    429,
    { error: { data: { code: 'rate_limited', retryAfterMs: expect.any(Number) } } },
  ])
})

test('[HTTP-7] behind a trusted proxy each forwarded address has its own rate', async () => {
  await using server = await startTestServer({ rateLimits: true, rateClock, trustProxy: true })
  const { statuses } = await repeat(signInRate.burst + 40, (nth) =>
    post(`${server.url}/api/users/login`, {}, { 'x-forwarded-for': `6.6.6.6, 203.0.113.${nth}` }),
  )
  expect(new Set(statuses)).toEqual(new Set([400]))
})

test('[HTTP-7] upgrades above the rate of connections are refused with 429', async () => {
  await using server = await startTestServer({ rateLimits: true, rateClock })
  const attempts: Refusal[] = []
  while (attempts.length < connectRate.burst + 200 && !attempts.some(({ status }) => status === 429)) {
    attempts.push(...(await Promise.all(Array.from({ length: 200 }, () => tryUpgrade(server.wsUrl)))))
  }
  expect(attempts.filter(({ status }) => status === 401).length).toBe(connectRate.burst)
  const refusal = attempts.find(({ status }) => status === 429)
  expect(Number(refusal?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
})
