import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { uniqueId } from '@deskbell/testkit/factories'
import { type FaultProxy, startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { ChatFollower, Sdk, SdkOptions } from './index.ts'
import { createSdk, errorCode, SdkError } from './index.ts'

let server: TestServer
let proxy: FaultProxy
const open: Sdk[] = []

beforeAll(async () => {
  server = await startTestServer()
  proxy = await startFaultProxy(server.url)
})

afterEach(() => {
  for (const sdk of open.splice(0)) sdk.close()
  proxy.target(server.url)
})

afterAll(async () => {
  await proxy.close()
  await server.close()
})

async function signedIn(role: 'client' | 'operator', options: Partial<SdkOptions> = {}): Promise<Sdk> {
  const sdk = createSdk({ url: proxy.url, role, random: () => 0.05, ...options })
  open.push(sdk)
  await sdk.login({ email: `${uniqueId(role)}@example.test`, name: `A ${role}`, role })
  return sdk
}

async function conversation() {
  const [client, operator] = await Promise.all([signedIn('client'), signedIn('operator')])
  const { chat } = await client.api.chats.create.mutate({})
  return { client, operator, chatId: chat.id }
}

function textsOf(follower: ChatFollower): string[] {
  return follower.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.text] : []))
}

async function live(follower: ChatFollower): Promise<void> {
  await waitFor(() => follower.getSnapshot().status === 'live', { what: 'a live timeline' })
}

/** Collects messages that one snapshot contained both as sent and as pending. */
function watchForTwins(follower: ChatFollower): string[] {
  const twins: string[] = []
  follower.subscribe(() => {
    const { entries, pending } = follower.getSnapshot()
    const shown = new Set(entries.map((entry) => (entry.kind === 'message' ? entry.message.clientMsgId : null)))
    twins.push(...pending.flatMap(({ clientMsgId }) => (shown.has(clientMsgId) ? [clientMsgId] : [])))
  })
  return twins
}

describe('sdk', () => {
  test('[SDK-1] a program signs in, calls, follows a chat and sends', async () => {
    const { client, operator, chatId } = await conversation()
    const mine = client.follow(chatId)
    const theirs = operator.follow(chatId)
    await Promise.all([live(mine), live(theirs)])
    await operator.api.chats.assignOperator.mutate({ chatId })
    const pending = mine.send('hello')
    expect(pending).toMatchObject({ text: 'hello', state: 'queued', code: null })
    expect(mine.getSnapshot().pending).toHaveLength(1)
    await waitFor(() => textsOf(theirs).includes('hello') && textsOf(mine).includes('hello'))
    expect(mine.getSnapshot().pending).toEqual([])
    await operator.api.chats.close.mutate({ chatId })
    await waitFor(() => mine.getSnapshot().chatStatus === 'closed' && theirs.getSnapshot().chatStatus === 'closed')
    expect(mine.getSnapshot().entries.map((entry) => entry.kind)).toEqual(['assigned', 'message', 'closed'])
  })

  test('[SDK-1] errors carry the code of the closed list', async () => {
    const { client, chatId } = await conversation()
    const refused = await client.api.chats.close.mutate({ chatId }).catch(errorCode)
    expect(refused).toBe('forbidden')
  })

  test('[SDK-2] a snapshot is the same object until something changes, and entries stay the same objects', async () => {
    const { client, chatId } = await conversation()
    const follower = client.follow(chatId)
    await live(follower)
    await client.send(chatId, 'one')
    await waitFor(() => textsOf(follower).length === 1)
    const before = follower.getSnapshot()
    expect(follower.getSnapshot()).toBe(before)
    await client.send(chatId, 'two')
    await waitFor(() => textsOf(follower).length === 2)
    expect(follower.getSnapshot()).not.toBe(before)
    expect(follower.getSnapshot().entries[0]).toBe(before.entries[0])
  })

  test('[SDK-2] older entries load page by page', async () => {
    const { client, chatId } = await conversation()
    await Promise.all(Array.from({ length: 120 }, (_, index) => client.send(chatId, `m${index}`)))
    const follower = client.follow(chatId)
    await live(follower)
    expect(follower.getSnapshot()).toMatchObject({ hasMore: true, loadingOlder: false })
    while (follower.getSnapshot().hasMore) await follower.loadOlder()
    expect(textsOf(follower)).toEqual(Array.from({ length: 120 }, (_, index) => `m${index}`))
  })

  test('[SDK-3] while the connection breaks again and again, every message is stored once and in order', async () => {
    const { client, operator, chatId } = await conversation()
    const mine = client.follow(chatId)
    const theirs = operator.follow(chatId)
    await Promise.all([live(mine), live(theirs)])
    const shownTwice = watchForTwins(mine)
    const texts = Array.from({ length: 60 }, (_, index) => `m${index}`)
    for (const [index, text] of texts.entries()) {
      mine.send(text)
      if (index % 12 === 11) {
        proxy.cut()
        await waitFor(() => client.connection.getSnapshot().kind === 'online')
      }
    }
    await waitFor(() => textsOf(theirs).length >= texts.length)
    await waitFor(() => mine.getSnapshot().pending.length === 0)
    expect(textsOf(theirs)).toEqual(texts)
    expect(textsOf(mine)).toEqual(texts)
    expect(shownTwice).toEqual([])
  })

  test('[SDK-3] sends with the same clientMsgId make one message, also at the same time', async () => {
    const { client, chatId } = await conversation()
    const [first, second] = await Promise.all([
      client.send(chatId, 'once', { clientMsgId: 'same' }),
      client.send(chatId, 'once', { clientMsgId: 'same' }),
    ])
    expect(second.id).toBe(first.id)
    expect((await client.send(chatId, 'once', { clientMsgId: 'same' })).id).toBe(first.id)
    await expect(client.send(chatId, 'other', { clientMsgId: 'same' })).rejects.toThrow(SdkError)
  })

  test('[SDK-3] a message to a closed chat fails with its code, and can be discarded', async () => {
    const { client, operator, chatId } = await conversation()
    await operator.api.chats.close.mutate({ chatId })
    await expect(client.send(chatId, 'late')).rejects.toMatchObject({ code: 'chat_closed' })
    const follower = client.follow(chatId)
    await live(follower)
    expect(follower.getSnapshot().pending).toEqual([])
    const { clientMsgId } = follower.send('later')
    await waitFor(() =>
      follower.getSnapshot().pending.some(({ state, code }) => state === 'failed' && code === 'chat_closed'),
    )
    follower.discard(clientMsgId)
    expect(follower.getSnapshot().pending.some((message) => message.clientMsgId === clientMsgId)).toBe(false)
  })

  test('[SDK-3] one invalid message does not fail those sent with it', async () => {
    const { client, chatId } = await conversation()
    const outcomes = await Promise.allSettled([
      client.send(chatId, 'before'),
      client.send(chatId, 'bad\u0007'),
      client.send(chatId, 'x'.repeat(300_000)),
      client.send(chatId, 'after'),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({ reason: { code: 'invalid_input' } })
    expect(outcomes[2]).toMatchObject({ reason: { code: 'too_large' } })
  })

  test('[SDK-3] a message written without a connection is sent after the reconnect', async () => {
    const { client, chatId } = await conversation()
    const follower = client.follow(chatId)
    await live(follower)
    proxy.target(null)
    proxy.cut()
    await waitFor(() => client.connection.getSnapshot().kind === 'waiting')
    follower.send('patience')
    expect(follower.getSnapshot().status).toBe('catching-up')
    proxy.target(server.url)
    client.retryNow()
    await waitFor(() => textsOf(follower).includes('patience'))
    await live(follower)
    expect(follower.getSnapshot().pending).toEqual([])
  })

  test('[SDK-5] far behind after an outage, the timeline keeps its entries and loads the rest', async () => {
    const { client, operator, chatId } = await conversation()
    await client.send(chatId, 'first')
    const follower = client.follow(chatId)
    await live(follower)
    const before = follower.getSnapshot().entries
    proxy.target(null)
    proxy.cut()
    await waitFor(() => client.connection.getSnapshot().kind === 'waiting')
    const other = createSdk({ url: server.url, role: 'operator' })
    open.push(other)
    await other.login({ email: `${uniqueId('o')}@example.test`, name: 'Other', role: 'operator' })
    await Promise.all(Array.from({ length: 350 }, (_, index) => other.send(chatId, `m${index}`)))
    proxy.target(server.url)
    client.retryNow()
    await waitFor(() => textsOf(follower).length === 351)
    expect(follower.getSnapshot().entries[0]).toBe(before[0])
    expect(textsOf(follower)).toEqual(['first', ...Array.from({ length: 350 }, (_, index) => `m${index}`)])
    operator.close()
  })

  test('[SDK-6] after signing out the program does not reconnect', async () => {
    const { client, chatId } = await conversation()
    const follower = client.follow(chatId)
    await live(follower)
    await client.logout()
    expect(client.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    await waitFor(() => follower.getSnapshot().status === 'failed')
    expect(follower.getSnapshot().error).toBe('unauthenticated')
    expect(await client.api.chats.get.query({ chatId }).catch(errorCode)).toBe('unauthenticated')
  })

  test('[SDK-6] a session that was ended elsewhere ends the socket, and nothing is retried', async () => {
    const sdk = await signedIn('client')
    const { token } = await sdk.login({ email: `${uniqueId('c')}@example.test`, name: 'Twice', role: 'client' })
    const inbox = sdk.inbox()
    await waitFor(() => inbox.getSnapshot().status === 'live')
    await fetch(`${server.url}/api/users/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    await waitFor(() => sdk.connection.getSnapshot().kind === 'ended')
    expect(sdk.connection.getSnapshot()).toEqual({ kind: 'ended', reason: 'unauthenticated' })
    expect(inbox.getSnapshot().status).toBe('failed')
    const accepted = proxy.accepted()
    sdk.retryNow()
    await sdk.api.chats.list.query({}).catch(() => null)
    expect(proxy.accepted()).toBe(accepted)
  })

  test('[SDK-6] a session that ended during an outage ends the connection', async () => {
    const sdk = await signedIn('client')
    const { token } = await sdk.login({ email: `${uniqueId('c')}@example.test`, name: 'Away', role: 'client' })
    await sdk.api.chats.list.query({})
    proxy.target(null)
    proxy.cut()
    await waitFor(() => sdk.connection.getSnapshot().kind === 'waiting')
    await fetch(`${server.url}/api/users/logout`, { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    proxy.target(server.url)
    sdk.retryNow()
    await waitFor(() => sdk.connection.getSnapshot().kind === 'ended')
  })

  test('[SDK-6] signing in again restarts followers', async () => {
    const sdk = await signedIn('operator')
    const inbox = sdk.inbox()
    await waitFor(() => inbox.getSnapshot().status === 'live')
    await sdk.logout()
    await waitFor(() => inbox.getSnapshot().status === 'failed')
    await sdk.login({ email: `${uniqueId('o')}@example.test`, name: 'Back', role: 'operator' })
    await waitFor(() => inbox.getSnapshot().status === 'live')
    expect(inbox.getSnapshot().generation).toBe(1)
  })

  test('[SDK-4] a server that refuses everybody is retried with backoff', timed, async () => {
    const sdk = await signedIn('client', { random: () => 0.5 })
    await sdk.api.chats.list.query({})
    proxy.target(null)
    proxy.cut()
    await waitFor(() => sdk.connection.getSnapshot().kind === 'waiting')
    const accepted = proxy.accepted()
    await waitFor(() => {
      const state = sdk.connection.getSnapshot()
      return state.kind === 'waiting' && state.attempt === 2
    })
    // Each attempt is one upgrade, and one call that asks whether the session is still valid.
    expect(proxy.accepted() - accepted).toBeLessThanOrEqual(6)
    const state = sdk.connection.getSnapshot()
    expect(state.kind === 'waiting' && state.retryAt - Date.now()).toBeLessThanOrEqual(1_000)
  })

  test('[SDK-8] a dead connection is detected when the machine comes online again', async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
    vi.stubGlobal('window', page)
    vi.stubGlobal('document', page)
    // Only the socket uses the connection that dies.
    const direct: typeof fetch = (input, init) => fetch(String(input).replace(proxy.url, server.url), init)
    const sdk = await signedIn('client', { session: 'token', fetch: direct })
    vi.unstubAllGlobals()
    const { chat } = await sdk.api.chats.create.mutate({})
    const follower = sdk.follow(chat.id)
    await live(follower)
    proxy.freeze()
    page.dispatchEvent(new Event('online'))
    await waitFor(() => follower.getSnapshot().status === 'catching-up', { timeoutMs: 6_000 })
    await live(follower)
  })

  test('[SDK-9] a hundred calls at once are answered, also those that waited for the connection', async () => {
    const { client, chatId } = await conversation()
    const ask = () => Promise.all(Array.from({ length: 100 }, () => client.api.chats.get.query({ chatId })))
    expect(await ask()).toHaveLength(100)
    proxy.target(null)
    proxy.cut()
    await waitFor(() => client.connection.getSnapshot().kind === 'waiting')
    const inbox = client.inbox()
    const follower = client.follow(chatId)
    const answers = ask()
    proxy.target(server.url)
    client.retryNow()
    expect(await answers).toHaveLength(100)
    await live(follower)
    await waitFor(() => inbox.getSnapshot().status === 'live')
  })

  test('[INBOX-1] the inbox shows a new chat, its rows and its counts', async () => {
    const operator = await signedIn('operator')
    const inbox = operator.inbox()
    await waitFor(() => inbox.getSnapshot().status === 'live')
    const client = await signedIn('client')
    const { chat } = await client.api.chats.create.mutate({})
    await waitFor(() => inbox.getSnapshot().rows.has(chat.id))
    await client.send(chat.id, 'hello')
    await waitFor(() => inbox.getSnapshot().rows.get(chat.id)?.unread === 1)
    await waitFor(() => (inbox.getSnapshot().counts?.unassigned ?? 0) > 0)
    inbox.stop()
  })

  test('[CHAT-10] read marks reach the other side', async () => {
    const { client, operator, chatId } = await conversation()
    const { seq } = await client.send(chatId, 'seen?')
    const mine = client.follow(chatId)
    const theirs = operator.follow(chatId)
    await Promise.all([live(mine), live(theirs)])
    theirs.markRead(seq)
    await waitFor(() => mine.getSnapshot().read.operator === seq)
  })
})

test('[SDK-3] a server that is restarted on the same address loses and repeats nothing', async () => {
  await using database = await freshDatabase()
  const { connectionString } = database
  const first = await startTestServer({ connectionString })
  await using proxy = await startFaultProxy(first.url)
  const sdk = createSdk({ url: proxy.url, role: 'client', random: () => 0.05 })
  open.push(sdk)
  await sdk.login({ email: 'ann@example.test', name: 'Ann', role: 'client' })
  const { chat } = await sdk.api.chats.create.mutate({})
  const follower = sdk.follow(chat.id)
  await live(follower)
  const sent = [sdk.send(chat.id, 'one'), sdk.send(chat.id, 'two')]
  proxy.target(null)
  const stopped = first.close()
  const later = sdk.send(chat.id, 'three')
  await stopped
  await using second = await startTestServer({ connectionString })
  proxy.target(second.url)
  await Promise.all([...sent, later])
  await waitFor(() => textsOf(follower).length === 3)
  expect(textsOf(follower)).toEqual(['one', 'two', 'three'])
  sdk.close()
})

test('[SDK-3] a draining server moves its connections to another one without a failed call', async () => {
  await using database = await freshDatabase()
  const { connectionString } = database
  // Long enough to move even on a busy machine: the test does not wait for its end.
  const first = await startTestServer({ connectionString, bus: 'postgres', timings: { drainGraceMs: 10_000 } })
  await using second = await startTestServer({ connectionString, bus: 'postgres' })
  await using proxy = await startFaultProxy(first.url)
  const sdk = createSdk({ url: proxy.url, role: 'client' })
  open.push(sdk)
  await sdk.login({ email: 'ann@example.test', name: 'Ann', role: 'client' })
  const { chat } = await sdk.api.chats.create.mutate({})
  const follower = sdk.follow(chat.id)
  await live(follower)
  const states: string[] = []
  sdk.connection.subscribe(() => states.push(sdk.connection.getSnapshot().kind))
  proxy.target(second.url)
  const drained = first.drain()
  const texts = Array.from({ length: 40 }, (_, index) => `m${index}`)
  for (const text of texts) await sdk.send(chat.id, text)
  await drained
  await sdk.send(chat.id, 'after')
  await waitFor(() => textsOf(follower).length === texts.length + 1)
  expect(textsOf(follower)).toEqual([...texts, 'after'])
  expect(states).toEqual([])
  sdk.close()
  await first.close()
})
