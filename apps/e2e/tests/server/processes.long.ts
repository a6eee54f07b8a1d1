import { setTimeout as delay } from 'node:timers/promises'
import { type ChatFollower, createSdk, type Sdk } from '@deskbell/sdk'
import { type FreshDatabase, freshDatabase } from '@deskbell/testkit/database/fresh-database'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { openRaw, type RawSocket, signInByRest } from '@deskbell/testkit/probes/live-probe'
import { openSse } from '@deskbell/testkit/probes/sse-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNginx } from '../../src/proxies/start-nginx.ts'
import { type RunningServer, startServer } from '../../src/start-server.ts'
import { tools } from '../../src/tools.ts'

const parts = new AsyncDisposableStack()
let database: FreshDatabase
let api: RunningServer
const start = async (role: string, more: Record<string, string> = {}) => {
  const joined = {
    DATABASE_URL: database.connectionString,
    BUS: 'postgres',
    TRUST_PROXY: 'yes',
    ALLOW_OPEN_AUTH: 'yes',
  }
  const env = { ...joined, ROLE: role, ...more }
  return parts.use(await startServer({ env }))
}

beforeAll(async () => {
  database = parts.use(await freshDatabase())
  api = await start('api')
})
afterAll(() => parts.disposeAsync())

async function rest(path: string, token: string, body: object = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return await fetch(`${api.url}/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function newChat(token: string) {
  const { chat } = await (await rest('/chats', token)).json()
  return chat.id
}

async function follow(socket: RawSocket, chatId: number): Promise<void> {
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId } } })
  await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
}

const text = (socket: RawSocket) => JSON.stringify(socket.frames)

test('[LIVE-21] a process that was suspended sends nothing to an ended session, and each message once to the others', async () => {
  const live = await start('live')
  const wsUrl = `ws://127.0.0.1:${live.port}`
  const [leaving, staying] = [await signInByRest(api.url, 'client'), await signInByRest(api.url, 'client')]
  const chats = [await newChat(leaving.token), await newChat(staying.token)] as const
  await using gone = await openRaw(wsUrl, leaving)
  await using stays = await openRaw(wsUrl, staying)
  await follow(gone, chats[0])
  await follow(stays, chats[1])
  const before = gone.frames.length
  process.kill(live.pid, 'SIGSTOP')
  try {
    await rest(`/chats/${chats[0]}/messages`, leaving.token, { text: 'while frozen', clientMsgId: 'f1' })
    await rest(`/chats/${chats[1]}/messages`, staying.token, { text: 'while frozen', clientMsgId: 'f2' })
    await rest('/users/logout', leaving.token)
    // After a gap of two seconds the process knows that it was suspended.
    await delay(2_200)
  } finally {
    process.kill(live.pid, 'SIGCONT')
  }
  expect(await gone.closed()).toBe(4401)
  expect(JSON.stringify(gone.frames.slice(before))).not.toMatch(/"type":"data"|while frozen/)
  await waitFor(() => text(stays).includes('while frozen'))
  expect(text(stays).match(/while frozen/g)).toHaveLength(1)
  expect(live.output()).toContain('this process was suspended')
  expect(await live.stop()).toBe(0)
})

test(
  '[SOCK-10] [SOCK-11] a live server that is stopped by SIGTERM loses no send and no entry, and exits with code 0',
  onlyWhere(tools.nginx, 'there is no nginx'),
  async () => {
    const [first, second] = [await start('live', { DRAIN_SECONDS: '2' }), await start('live')]
    const nginx = parts.use(await startNginx({ api: api.port, live: first.port, otherLive: second.port }))
    const sdks = await Promise.all(Array.from({ length: 6 }, (_, nth) => signIn(nginx.url, nth)))
    const chatId = await newChat(sdks[0]?.token ?? '')
    const followed = sdks.map(({ sdk }) => sdk.follow(chatId))
    await waitFor(() => followed.every((chat) => chat.getSnapshot().status === 'live'))
    // Streams over HTTP pass through nginx too, and it must not buffer them.
    await using stream = await openSse(
      `${nginx.url}/trpc/chats.events?input=${encodeURIComponent(JSON.stringify({ chatId }))}`,
      { authorization: `Bearer ${sdks[0]?.token}` },
    )
    await waitFor(() => stream.text().includes('"live"'))
    const sent: string[] = []
    const writing = setInterval(() => {
      for (const [nth, chat] of followed.entries()) {
        const words = `through a restart ${sent.length} of ${nth}.`
        sent.push(words)
        chat.send(words)
      }
    }, 40)
    expect(await first.stop()).toBe(0)
    clearInterval(writing)
    const textsOf = (chat: ChatFollower) =>
      chat.getSnapshot().entries.flatMap((entry) => (entry.kind === 'message' ? (entry.message.text ?? '') : []))
    await waitFor(() => followed.every((chat) => textsOf(chat).length >= sent.length))
    for (const chat of followed) {
      expect(textsOf(chat).toSorted()).toEqual(sent.toSorted())
      expect(chat.getSnapshot().pending).toEqual([])
    }
    await waitFor(() => sent.every((words) => stream.text().includes(words)))
    for (const { sdk } of sdks) sdk.close()
  },
)

async function signIn(url: string, nth: number): Promise<{ sdk: Sdk; token: string }> {
  const role = nth === 0 ? 'client' : 'operator'
  const sdk = createSdk({ url, role })
  const { token } = await sdk.login({ email: `${role}${nth}@example.com`, name: `${role} ${nth}`, role })
  return { sdk, token }
}
