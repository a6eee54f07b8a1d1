import { setUpChat } from '@deskbell/testkit/factories'
import { checkLog, failedOutcome, type SendRecord } from '@deskbell/testkit/history/checks/check-log'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { openRaw, type StockClient, signInByRest, stockClient } from '@deskbell/testkit/probes/live-probe'
import { raceSendsAgainstClose } from '@deskbell/testkit/races/race-sends-against-close'
import { startServerPair, startTestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { TRPCClientError } from '@trpc/client'
import { expect, test } from 'vitest'

test('[LIVE-9] a message sent by REST to one process reaches a socket of another in 100 ms', timed, async () => {
  await using pair = await startServerPair()
  const [api, live] = pair
  const { chat } = await setUpChat(api.core)
  const operator = await signInByRest(api.url, 'operator')
  await using socket = await openRaw(live.wsUrl, operator)
  const arrivals = new Map<string, number>()
  socket.ws.on('message', (data) => {
    for (const [text] of String(data).matchAll(/latency-\d+/g))
      arrivals.set(text, arrivals.get(text) ?? performance.now())
  })
  socket.send({ id: 1, method: 'subscription', params: { path: 'chats.events', input: { chatId: chat.id } } })
  await socket.frame((frame) => JSON.stringify(frame).includes('"live"'))
  const latencies: number[] = []
  for (let nth = 0; nth < 20; nth += 1) {
    const text = `latency-${nth}`
    const sentAt = performance.now()
    const response = await fetch(`${api.url}/api/chats/${chat.id}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text, clientMsgId: text }),
    })
    expect(response.status).toBe(201)
    await socket.frame((frame) => JSON.stringify(frame).includes(`"${text}"`))
    latencies.push((arrivals.get(text) ?? Infinity) - sentAt)
  }
  const sorted = latencies.toSorted((a, b) => a - b)
  // Covers the request, the transaction, NOTIFY, the other process and its socket.
  expect(sorted[10]).toBeLessThan(100)
  expect(latencies[0]).toBeLessThan(300)
})

test('[MSG-3] sends on two processes that race a close are stored once if acknowledged, else not at all', async () => {
  await using pair = await startServerPair({ poolMax: 16 })
  const operators = await Promise.all(Array.from({ length: 6 }, () => signInByRest(pair[0].url, 'operator')))
  const clients = operators.map(({ token }, nth) => stockClient((nth % 2 === 0 ? pair[0] : pair[1]).wsUrl, token))
  const closer = clients[0]
  if (closer === undefined) throw new Error('no clients')
  const violations: string[] = []
  const seen = { acknowledged: 0, refused: 0 }
  const runRound = async (round: number) => {
    const { chat } = await setUpChat(pair[0].core)
    const senders = clients.map((stock, nth) => ({
      userId: operators[nth]?.user.id ?? 0,
      send: (clientMsgId: string, text: string) => outcomeOf(stock, { chatId: chat.id, clientMsgId, text }),
    }))
    const close = async () => void (await closer.client.chats.close.mutate({ chatId: chat.id }))
    const sends = await raceSendsAgainstClose(
      { chatId: chat.id, senders, close },
      { sendsEach: 4, closeAfter: round % 20 },
    )
    violations.push(...checkLog({ ...(await readStoredLog(pair[0].db, chat.id)), sends }))
    for (const { outcome } of sends) if (outcome.kind !== 'unknown') seen[outcome.kind] += 1
  }
  let next = 0
  const worker = async () => {
    for (let round = next++; round < 200; round = next++) await runRound(round)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  for (const stock of clients) stock.close()
  expect(violations).toEqual([])
  expect(seen.acknowledged).toBeGreaterThan(500)
  expect(seen.refused).toBeGreaterThan(300)
}, 120_000)

type Send = Parameters<StockClient['client']['messages']['send']['mutate']>[0]

async function outcomeOf(stock: StockClient, input: Send): Promise<SendRecord['outcome']> {
  try {
    const { message } = await stock.client.messages.send.mutate(input)
    return { kind: 'acknowledged', seq: message.seq }
  } catch (error) {
    const code = error instanceof TRPCClientError ? error.data?.code : undefined
    return typeof code === 'string' ? failedOutcome(code) : { kind: 'unknown' }
  }
}

test('[MSG-2] sends in flight on a socket that breaks are stored at most once when sent again', async () => {
  await using server = await startTestServer()
  const { chat } = await setUpChat(server.core)
  const operator = await signInByRest(server.url, 'operator')
  for (let round = 0; round < 10; round += 1) {
    await using socket = await openRaw(server.wsUrl, operator)
    for (let nth = 0; nth < 10; nth += 1) {
      const input = { chatId: chat.id, text: 'x', clientMsgId: `${round}-${nth}` }
      socket.send({ id: nth, method: 'mutation', params: { path: 'messages.send', input } })
    }
    if (round % 2 === 0) await socket.frame(() => true)
    socket.ws.terminate()
  }
  using stock = stockClient(server.wsUrl, operator.token)
  const sends: SendRecord[] = []
  for (let round = 0; round < 10; round += 1) {
    for (let nth = 0; nth < 10; nth += 1) {
      const clientMsgId = `${round}-${nth}`
      const outcome = await outcomeOf(stock, { chatId: chat.id, text: 'x', clientMsgId })
      sends.push({ userId: operator.user.id, clientMsgId, outcome })
    }
  }
  expect(sends.every(({ outcome }) => outcome.kind === 'acknowledged')).toBe(true)
  expect(checkLog({ ...(await readStoredLog(server.db, chat.id)), sends })).toEqual([])
})
