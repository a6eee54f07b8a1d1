import type { FollowChatInput } from '@deskbell/contract/events'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { openRaw, type StockClient, signInByRest, stockClient, tryUpgrade } from '@deskbell/testkit/probes/live-probe'
import { startServerPair, startTestServer, type TestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { describe, expect, test } from 'vitest'

type Seen = { seqs: number[]; types: string[]; ids: string[]; stop: () => void }

/** Follows a chat with the stock client and records the frames. */
function followWith(stock: StockClient, input: FollowChatInput): Seen {
  const seen: Seen = { seqs: [], types: [], ids: [], stop: () => subscription.unsubscribe() }
  const subscription = stock.client.chats.events.subscribe(input, {
    onData({ id, data }) {
      seen.ids.push(id)
      seen.types.push(data.t)
      if (data.t === 'ev') seen.seqs.push(...data.events.map(({ seq }) => seq))
    },
  })
  return seen
}

async function conversation(server: TestServer) {
  const made = await setUpChat(server.core)
  return { ...made, operatorLogin: await signInByRest(server.url, 'operator') }
}

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)

describe('the stock client', () => {
  test('[SOCK-8] makes calls, receives errors and follows streams over the stock wsLink', async () => {
    await using server = await startTestServer()
    const { client, chat, operatorLogin } = await conversation(server)
    using stock = stockClient(server.wsUrl, operatorLogin.token)
    const seen = followWith(stock, { chatId: chat.id })
    await waitFor(() => seen.types.includes('live'))
    await sendText(server.core, client, { chatId: chat.id })
    await waitFor(() => seen.seqs.length === 1)
    expect((await stock.client.chats.close.mutate({ chatId: chat.id })).chat.status).toBe('closed')
    await waitFor(() => seen.seqs.length === 2)
    const refused = stock.client.messages.send.mutate({ chatId: chat.id, text: 'late', clientMsgId: 'late' })
    await expect(refused).rejects.toMatchObject({ data: { code: 'chat_closed', httpStatus: 409 } })
  })

  test('[SOCK-8] reconnects after each of many cuts and resumes without a gap or a repeat', async () => {
    await using server = await startTestServer()
    const { client, chat, operatorLogin } = await conversation(server)
    using stock = stockClient(server.wsUrl, operatorLogin.token)
    const seen = followWith(stock, { chatId: chat.id })
    for (let round = 0; round < 5; round += 1) {
      for (let nth = 0; nth < 10; nth += 1) await sendText(server.core, client, { chatId: chat.id })
      if (round % 2 === 0) await waitFor(() => seen.seqs.length === (round + 1) * 10)
      stock.cut()
    }
    await sendText(server.core, client, { chatId: chat.id })
    await waitFor(() => seen.seqs.length >= 51)
    expect(seen.seqs).toEqual(oneTo(51))
  })

  test('[LIVE-3] gets frames with unique ids, and resumes from lastEventId rather than from its cursor', async () => {
    await using server = await startTestServer()
    const { client, chat, operatorLogin } = await conversation(server)
    for (let nth = 0; nth < 4; nth += 1) await sendText(server.core, client, { chatId: chat.id })
    using stock = stockClient(server.wsUrl, operatorLogin.token)
    const page = await stock.client.chats.page.query({ chatId: chat.id })
    await sendText(server.core, client, { chatId: chat.id })
    // The stock client sends this cursor with every reconnect, together with its last id.
    const seen = followWith(stock, { chatId: chat.id, cursor: page.cursor })
    await waitFor(() => seen.seqs.length === 1)
    stock.cut()
    await sendText(server.core, client, { chatId: chat.id })
    await waitFor(() => seen.seqs.length >= 2 && seen.types.filter((type) => type === 'live').length >= 2)
    expect(seen.seqs).toEqual([5, 6])
    expect(seen.ids.every((id) => id.length > 0)).toBe(true)
    expect(new Set(seen.ids).size).toBe(seen.ids.length)
  })

  test('[SOCK-8] gets the right response for each of many concurrent calls', async () => {
    await using server = await startTestServer()
    const { chat, operatorLogin } = await conversation(server)
    using stock = stockClient(server.wsUrl, operatorLogin.token)
    const send = (nth: number) =>
      stock.client.messages.send.mutate({ chatId: chat.id, text: `${nth}`, clientMsgId: `${nth}` })
    const sent = await Promise.all(oneTo(10).map(send))
    expect(sent.map(({ message }) => message.text)).toEqual(oneTo(10).map(String))
    expect(sent.map(({ message }) => message.seq).toSorted((a, b) => a - b)).toEqual(oneTo(10))
  })
})

describe('a stream or socket that ends', () => {
  test('[LIVE-12] leaves no follower, whether it is stopped or cut', async () => {
    await using server = await startTestServer()
    const { chat, operatorLogin } = await conversation(server)
    for (let round = 0; round < 10; round += 1) {
      await using socket = await openRaw(server.wsUrl, operatorLogin)
      for (let id = 0; id < 5; id += 1) {
        socket.send({ id, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } })
        if (id % 2 === 0) socket.send({ id, method: 'subscription.stop' })
      }
      if (round % 2 === 0) await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
    }
    await waitFor(() => server.openSockets() === 0)
    await waitFor(() => server.core.hub.followedChats === 0)
    expect(server.core.inbox.hasReaders).toBe(false)
  })

  test(
    '[SOCK-10] a stopping server asks its sockets to move, refuses new ones with 503, and closes the rest with 1012',
    timed,
    async () => {
      await using server = await startTestServer({ timings: { drainMs: 100, drainGraceMs: 100 } })
      const { operatorLogin } = await conversation(server)
      const sockets = await Promise.all(oneTo(5).map(() => openRaw(server.wsUrl, operatorLogin)))
      const startedAt = performance.now()
      const drained = server.drain()
      await waitFor(() => sockets.every(({ frames }) => JSON.stringify(frames).includes('"reconnect"')))
      const refusal = await tryUpgrade(server.wsUrl, operatorLogin)
      expect([refusal.status, refusal.headers['retry-after']]).toEqual([503, '1'])
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      await drained
      expect(sockets.map((socket) => socket.closeCode())).toEqual(oneTo(5).map(() => 1012))
      expect(performance.now() - startedAt).toBeLessThan(2_000)
      expect(server.openSockets()).toBe(0)
    },
  )

  test('[SOCK-10] a socket that does not answer the close does not delay the drain', timed, async () => {
    await using server = await startTestServer({ timings: { drainMs: 50, drainGraceMs: 100 } })
    const { operatorLogin } = await conversation(server)
    await using deaf = await openRaw(server.wsUrl, operatorLogin)
    deaf.ws.pause()
    const startedAt = performance.now()
    await server.drain()
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  test('[SOCK-10] a stock client moves to another server without a lost entry or a failed call', async () => {
    await using pair = await startServerPair({ timings: { drainMs: 100, drainGraceMs: 1_500 } })
    const [first, second] = pair
    const { client, chat, operatorLogin } = await conversation(first)
    let target = first.wsUrl
    using stock = stockClient(() => target, operatorLogin.token)
    const seen = followWith(stock, { chatId: chat.id })
    await waitFor(() => seen.types.includes('live'))
    target = second.wsUrl
    const sends = oneTo(30).map(async (nth) => {
      await waitFor(() => seen.seqs.length >= nth - 1)
      await stock.client.messages.send.mutate({ chatId: chat.id, text: `${nth}`, clientMsgId: `m${nth}` })
    })
    await Promise.all([first.drain(), ...sends])
    await sendText(second.core, client, { chatId: chat.id })
    await waitFor(() => seen.seqs.length >= 31)
    expect(seen.seqs).toEqual(oneTo(31))
    expect([first.openSockets(), second.openSockets()]).toEqual([0, 1])
  })
})
