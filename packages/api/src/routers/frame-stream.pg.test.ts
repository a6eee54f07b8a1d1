import { type UserId, userIdSchema } from '@deskbell/contract/ids'
import { callsRunningMax, httpStreamsMax, userCallsRunningMax, userCallsWaitingMax } from '@deskbell/contract/limits'
import type { LoginOutput } from '@deskbell/contract/users'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { openSse, type SseReader } from '@deskbell/testkit/probes/sse-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

let server: TestServer
let greedy: LoginOutput
let neighbour: LoginOutput
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

beforeEach(async () => {
  greedy = await signInByRest(server.url, 'client')
  neighbour = await signInByRest(server.url, 'operator')
})

const readers: SseReader[] = []
const ends: (() => void)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await Promise.all(readers.splice(0).map((reader) => reader[Symbol.asyncDispose]()))
  await waitFor(() => server.openStreams() === 0 && server.core.queues.starting.users === 0)
})

/** Follows an inbox. Resolves when the server answers. */
async function follow({ token }: LoginOutput): Promise<SseReader> {
  const reader = await openSse(`${server.url}/trpc/inbox.events?input={}`, { authorization: `Bearer ${token}` })
  readers.push(reader)
  return reader
}

async function refusalOf({ token }: LoginOutput) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${server.url}/trpc/inbox.events?input={}`, { headers })
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: await answer.json() }
}

const isLive = (reader: SseReader) => reader.text().includes('"t":"live"')

/** Takes turns for streams of a user that start until the returned function is called, or the test ends. */
function startSlowly(userId: UserId, streams: number): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (let nth = 0; nth < streams; nth += 1) {
    server.core.queues.starting.run(userId, () => promise).catch(() => undefined)
  }
  ends.push(resolve)
  return resolve
}

test('[FAIR-1] while as many streams of a user start as may, a further one over HTTP waits, and others do not', async () => {
  const end = startSlowly(greedy.user.id, userCallsRunningMax)
  let answered = false
  const waiting = follow(greedy).then((reader) => {
    answered = true
    return reader
  })
  await waitFor(() => server.openStreams() === 1)
  const beside = await follow(neighbour)
  await waitFor(() => isLive(beside))
  expect(answered).toBe(false)
  end()
  const reader = await waiting
  await waitFor(() => isLive(reader))
  expect(reader.status).toBe(200)
})

test('[FAIR-2] a user who starts many streams over HTTP and a neighbour take turns', async () => {
  // Streams of so many others start that there is no place, and then one.
  const others = callsRunningMax / userCallsRunningMax
  const slow = Array.from({ length: others }, (_, nth) =>
    startSlowly(userIdSchema.parse(1_000 + nth), nth === 0 ? 1 : userCallsRunningMax),
  )
  startSlowly(userIdSchema.parse(2_000), userCallsRunningMax - 1)
  const order: string[] = []
  const started = async (name: string, login: LoginOutput) => {
    const reader = await follow(login)
    order.push(name)
    return reader
  }
  const many = Array.from({ length: httpStreamsMax }, () => started('greedy', greedy))
  await waitFor(() => server.openStreams() === httpStreamsMax)
  const one = started('neighbour', neighbour)
  await waitFor(() => server.openStreams() === httpStreamsMax + 1)
  expect(order).toEqual([])
  slow[0]?.()
  const all = await Promise.all([...many, one])
  await waitFor(() => all.every(isLive))
  expect(order).toHaveLength(httpStreamsMax + 1)
  // Its turn is the second. Answers on several connections may overtake each other by one or two.
  expect(order.indexOf('neighbour')).toBeLessThan(4)
})

test('[FAIR-3] a stream over HTTP beyond the bound of its user is rate_limited, until one that waits has gone', async () => {
  const end = startSlowly(greedy.user.id, userCallsRunningMax + userCallsWaitingMax - 1)
  const gone = new AbortController()
  const headers = { authorization: `Bearer ${greedy.token}` }
  const waiting = fetch(`${server.url}/trpc/inbox.events?input={}`, { headers, signal: gone.signal })
  await waitFor(() => server.openStreams() === 1)
  expect(await refusalOf(greedy)).toMatchObject({ status: 429, body: { error: { data: { code: 'rate_limited' } } } })
  expect((await follow(neighbour)).status).toBe(200)
  gone.abort()
  await expect(waiting).rejects.toThrow()
  await waitFor(() => server.openStreams() === 1)
  const next = follow(greedy)
  await waitFor(() => server.openStreams() === 2)
  end()
  expect((await next).status).toBe(200)
})

test(
  '[FAIR-3] a stream over HTTP that has waited for too long is unavailable within three seconds',
  timed,
  async () => {
    startSlowly(greedy.user.id, userCallsRunningMax)
    const startedAt = performance.now()
    expect(await refusalOf(greedy)).toMatchObject({
      status: 503,
      retryAfter: '1',
      body: { error: { data: { code: 'unavailable' } } },
    })
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  },
)

test('[AUTH-5] a stream over HTTP whose session ends while it waits is unauthenticated', async () => {
  startSlowly(greedy.user.id, userCallsRunningMax)
  const refusal = refusalOf(greedy)
  await waitFor(() => server.openStreams() === 1)
  const headers = { authorization: `Bearer ${greedy.token}` }
  await fetch(`${server.url}/api/users/logout`, { method: 'POST', headers })
  expect(await refusal).toMatchObject({ status: 401, body: { error: { data: { code: 'unauthenticated' } } } })
})

test('[FAIR-1] streams over HTTP that end before their first frame keep no turn', async () => {
  const headers = { authorization: `Bearer ${greedy.token}` }
  for (let nth = 0; nth <= userCallsRunningMax; nth += 1) {
    expect((await fetch(`${server.url}/trpc/inbox.events?input={}`, { method: 'HEAD', headers })).status).toBe(200)
  }
  await waitFor(() => server.core.queues.starting.users === 0)
})
