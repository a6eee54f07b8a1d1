import { httpStreamsMax, sessionEndMs, userHttpStreamsMax } from '@deskbell/contract/limits'
import { type LoginOutput, loginOutputSchema } from '@deskbell/contract/users'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { signInByRest } from '@deskbell/testkit/probes/live-probe'
import { openSse, type SseReader, sseClient } from '@deskbell/testkit/probes/sse-probe'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let server: TestServer
let operator: LoginOutput
let client: LoginOutput
beforeAll(async () => {
  server = await startTestServer()
  operator = await signInByRest(server.url, 'operator')
  client = await signInByRest(server.url, 'client')
})
afterAll(() => server.close())

const bearer = ({ token }: LoginOutput) => ({ authorization: `Bearer ${token}` })

function eventsUrl(chatId: number, more = '', path = 'chats.events'): string {
  return `${server.url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify({ chatId }))}${more}`
}

function inboxUrl(more = ''): string {
  return `${server.url}/trpc/inbox.events?input={}${more}`
}

const seqsOf = ({ events }: SseReader) =>
  events.flatMap(({ event, data }) => (event === 'message' ? seqsIn(JSON.parse(data)) : []))
const seqsIn = (frame: { t: string; events?: { seq: number }[] }) => frame.events?.map(({ seq }) => seq) ?? []
const isLive = (reader: SseReader) => reader.text().includes('"t":"live"')

describe('a stream over HTTP', () => {
  test('[LIVE-19] delivers entries with ids, and resumes after the last id, by header or query', async () => {
    const { client: author, chat } = await setUpChat(server.core)
    for (let nth = 0; nth < 3; nth += 1) await sendText(server.core, author, { chatId: chat.id })
    await using first = await openSse(eventsUrl(chat.id), bearer(operator))
    await waitFor(() => isLive(first))
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect([first.headers.get('x-accel-buffering'), first.headers.get('access-control-allow-origin')]).toEqual([
      'no',
      null,
    ])
    expect(first.headers.get('x-request-id')).toBeTruthy()
    const last = first.events.findLast(({ data }) => data.includes('"t":"ev"'))
    await sendText(server.core, author, { chatId: chat.id })
    await waitFor(() => seqsOf(first).length === 4)
    await using byHeader = await openSse(eventsUrl(chat.id), { ...bearer(operator), 'last-event-id': last?.id ?? '' })
    await using byQuery = await openSse(eventsUrl(chat.id, `&lastEventId=${last?.id}`), bearer(operator))
    await waitFor(() => isLive(byHeader) && isLive(byQuery))
    expect([seqsOf(first), seqsOf(byHeader), seqsOf(byQuery)]).toEqual([[1, 2, 3, 4], [4], [4]])
  })

  test('[LIVE-19] the stock link resumes after cuts without a gap or a repeat', async () => {
    const { client: author, chat } = await setUpChat(server.core)
    const { client: stock } = sseClient(server.url, operator.token)
    const seqs: number[] = []
    const frames: string[] = []
    const chats = stock.chats.events.subscribe(
      { chatId: chat.id },
      { onData: ({ data }) => seqs.push(...seqsIn({ events: [], ...data })) },
    )
    const inbox = stock.inbox.events.subscribe({}, { onData: ({ data }) => frames.push(data.t) })
    await waitFor(() => frames.includes('live'))
    for (let round = 1; round <= 3; round += 1) {
      await sendText(server.core, author, { chatId: chat.id })
      await waitFor(() => seqs.length === round)
      server.cutStreams()
    }
    await waitFor(() => server.openStreams() === 2)
    expect(seqs).toEqual([1, 2, 3])
    chats.unsubscribe()
    inbox.unsubscribe()
    await waitFor(() => server.openStreams() === 0)
    expect(server.core.hub.followedChats).toBe(0)
  })

  test('[LIVE-12] a reader that disconnects leaves no stream and no follower', async () => {
    const { chat } = await setUpChat(server.core)
    for (let round = 0; round < 5; round += 1) {
      await using reader = await openSse(eventsUrl(chat.id), bearer(operator))
      if (round % 2 === 0) await waitFor(() => isLive(reader))
    }
    await waitFor(() => server.openStreams() === 0 && server.core.hub.followedChats === 0)
  })
})

describe('a refused stream', () => {
  test('[LIVE-19] has the status and the code of its error, or ends with an error event', async () => {
    const strangersChat = await setUpChat(server.core)
    const cases = [
      [inboxUrl(), {}, 401, 'unauthenticated'],
      [`${server.url}/trpc/chats.events?input={"chatId":"x"}`, bearer(client), 400, 'invalid_input'],
    ] as const
    for (const [url, headers, status, code] of cases) {
      const answer = await fetch(url, { headers })
      expect([answer.status, await answer.json()]).toMatchObject([status, { error: { data: { code } } }])
      expect(answer.headers.get('content-type')).toContain('application/json')
    }
    await using hidden = await openSse(eventsUrl(strangersChat.chat.id), bearer(client))
    await waitFor(() => hidden.ended())
    expect(hidden.events.at(-1)).toMatchObject({
      event: 'serialized-error',
      data: expect.stringContaining('"not_found"'),
    })
  })

  test('[HTTP-9] [HTTP-10] by POST is 405, and by HEAD has the headers and ends', async () => {
    const post = await fetch(inboxUrl(), { method: 'POST', headers: bearer(client) })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET'])
    const head = await fetch(inboxUrl(), { method: 'HEAD', headers: bearer(client) })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await waitFor(() => server.openStreams() === 0)
  })

  test('[SOCK-11] is rate_limited as the seventeenth of one session, until another one ends', async () => {
    const login = await signInByRest(server.url, 'client')
    const open = () => openSse(inboxUrl(), bearer(login))
    const streams = await Promise.all(Array.from({ length: httpStreamsMax }, open))
    const refused = await fetch(inboxUrl(), { headers: bearer(login) })
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { data: { code: 'rate_limited' } } }])
    await using other = await openSse(inboxUrl(), bearer(client))
    expect(other.status).toBe(200)
    await streams.pop()?.[Symbol.asyncDispose]()
    await waitFor(async () => {
      await using again = await open()
      return again.status === 200
    })
    await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
  })

  test('[SOCK-11] is rate_limited as the sixty-fifth of one user, whatever the number of sessions', async () => {
    const first = await signInByRest(server.url, 'client')
    const logins = [first]
    while (logins.length * httpStreamsMax <= userHttpStreamsMax) logins.push(await signInAgain(first))
    const [last, ...others] = logins.toReversed()
    if (last === undefined) expect.fail()
    const open = (login: LoginOutput) => openSse(inboxUrl(), bearer(login))
    const streams = await Promise.all(
      others.flatMap((login) => Array.from({ length: httpStreamsMax }, () => open(login))),
    )
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: userHttpStreamsMax }, () => 200))
    const refused = await fetch(inboxUrl(), { headers: bearer(last) })
    expect([refused.status, await refused.json()]).toMatchObject([429, { error: { data: { code: 'rate_limited' } } }])
    await streams.pop()?.[Symbol.asyncDispose]()
    await waitFor(async () => {
      await using again = await open(last)
      return again.status === 200
    })
    await Promise.all(streams.map((stream) => stream[Symbol.asyncDispose]()))
  })
})

/** Another session of the same user. */
async function signInAgain({ user }: LoginOutput): Promise<LoginOutput> {
  const { email, name, role } = user
  const body = JSON.stringify({ email, name, role })
  const headers = { 'content-type': 'application/json' }
  return loginOutputSchema.parse(
    await (await fetch(`${server.url}/api/users/login`, { method: 'POST', headers, body })).json(),
  )
}

describe('a cookie', () => {
  const withCookies = (headers: Record<string, string> = {}) => ({
    cookie: `deskbell_client=${client.token}; deskbell_operator=${operator.token}`,
    ...headers,
  })

  test('[SOCK-11] opens a stream of the session that ?role= names', async () => {
    await using reader = await openSse(inboxUrl('&role=client'), withCookies({ 'sec-fetch-site': 'same-origin' }))
    await waitFor(() => isLive(reader))
    expect((await fetch(inboxUrl(), { headers: withCookies() })).status).toBe(401)
  })

  test.each([
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that says nothing', { origin: 'null' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('[SOCK-11] opens no stream for %s', async (_, headers) => {
    const answer = await fetch(inboxUrl('&role=client'), { headers: withCookies(headers) })
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: { data: { code: 'forbidden' } } }])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a stream whose session ends', () => {
  test('[LIVE-19] [AUTH-5] ends with unauthenticated within two seconds of a sign-out', timed, async () => {
    const login = await signInByRest(server.url, 'client')
    await using reader = await openSse(inboxUrl(), bearer(login))
    await using other = await openSse(inboxUrl(), bearer(client))
    await waitFor(() => isLive(reader) && isLive(other))
    const startedAt = performance.now()
    await fetch(`${server.url}/api/users/logout`, { method: 'POST', headers: bearer(login) })
    await waitFor(() => reader.ended())
    expect(performance.now() - startedAt).toBeLessThan(sessionEndMs)
    expect(reader.events.at(-1)).toMatchObject({
      event: 'serialized-error',
      data: expect.stringContaining('"unauthenticated"'),
    })
    expect(other.ended()).toBe(false)
  })

  test('[LIVE-19] [AUTH-5] ends within two seconds also when no hint reports it', timed, async () => {
    const login = await signInByRest(server.url, 'client')
    await using reader = await openSse(inboxUrl(), bearer(login))
    await waitFor(() => isLive(reader))
    await server.db.pool.query('delete from sessions where user_id = $1', [login.user.id])
    await waitFor(() => reader.ended(), { timeoutMs: sessionEndMs })
  })
})
