import { setTimeout as delay } from 'node:timers/promises'
import type { ChatFrame } from '@deskbell/contract/events'
import { userCallsRunningMax } from '@deskbell/contract/limits'
import { setUpChat, uniqueId } from '@deskbell/testkit/factories'
import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import { signInByRest, stockClient } from '@deskbell/testkit/probes/live-probe'
import { openSse, sseClient } from '@deskbell/testkit/probes/sse-probe'
import { startServerPair, startTestServer } from '@deskbell/testkit/test-server'
import { timed } from '@deskbell/testkit/timed'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)
/** Applies entries as every client does: takes the next one, ignores a known one, and throws at a gap. */
function fold(seqs: readonly number[]): { taken: number; repeats: number } {
  let taken = 0
  for (const seq of seqs) {
    if (seq > taken + 1) throw new Error(`${seq} came after ${taken}`)
    taken = Math.max(taken, seq)
  }
  return { taken, repeats: seqs.length - taken }
}

const seqsOf = (frame: ChatFrame) => (frame.t === 'ev' ? frame.events.map(({ seq }) => seq) : [])

test(
  '[SOCK-10] while a server drains, no send fails, and no follower by socket or HTTP misses an entry',
  timed,
  async () => {
    await using pair = await startServerPair({ timings: { drainMs: 600, drainGraceMs: 2_000 } })
    const [first, second] = pair
    const { chat } = await setUpChat(first.core)
    const { token } = await signInByRest(first.url, 'operator')
    let target = first
    // An `EventSource` reconnects to the same URL, so a proxy switches the server behind it.
    await using door = await startFaultProxy(first.url)
    const sockets = oneTo(6).map(() => stockClient(() => target.wsUrl, token))
    const streams = oneTo(3).map(() => sseClient(door.url, token))
    const seen = [...sockets, ...streams].map(({ client }) => {
      const seqs: number[] = []
      const stop = client.chats.events.subscribe(
        { chatId: chat.id },
        { onData: ({ data }) => seqs.push(...seqsOf(data)) },
      )
      return { seqs, stop }
    })
    await waitFor(() => first.openSockets() === 6 && first.openStreams() === 3)
    const failures: unknown[] = []
    let stored = 0
    let sending = true
    const sendOn = async ({ client }: (typeof sockets)[number]) => {
      while (sending) {
        const message = { chatId: chat.id, text: 'x', clientMsgId: uniqueId('m') }
        await client.messages.send.mutate(message).then(
          () => (stored += 1),
          (error: unknown) => failures.push(error),
        )
        // Slow enough that no follower falls so far behind that it gets a `reset`.
        await delay(100)
      }
    }
    const sends = Promise.all(sockets.map(sendOn))
    target = second
    door.target(second.url)
    await first.drain()
    expect([first.openSockets(), first.openStreams()]).toEqual([0, 0])
    await waitFor(() => second.openSockets() === 6 && second.openStreams() === 3)
    sending = false
    await sends
    expect(failures).toEqual([])
    await waitFor(() => seen.every(({ seqs }) => seqs.includes(stored)))
    for (const { seqs, stop } of seen) {
      const { taken, repeats } = fold(seqs)
      expect(taken).toBe(stored)
      // During a move, a stock client receives from both servers, which group the entries into frames differently.
      expect(repeats).toBeLessThanOrEqual(stored / 100 + 2)
      stop.unsubscribe()
    }
    for (const socket of sockets) socket.close()
  },
)

test('[SOCK-10] [LIVE-19] a draining server refuses HTTP streams, and ends open ones as unfinished', async () => {
  await using server = await startTestServer({ timings: { drainMs: 50, drainGraceMs: 200 } })
  const { token } = await signInByRest(server.url, 'client')
  const headers = { authorization: `Bearer ${token}` }
  const url = `${server.url}/trpc/inbox.events?input={}`
  await using reader = await openSse(url, headers)
  await waitFor(() => reader.text().includes('"t":"live"'))
  expect(reader.text()).toMatch(/^retry: \d+$/m)
  const drained = server.drain()
  const refused = await fetch(url, { headers })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  await drained
  await waitFor(() => reader.ended())
  expect(reader.text()).not.toMatch(/event: (return|serialized-error)/)
})

test('[SOCK-10] [LIVE-19] a stream over HTTP that waits for its turn while the server drains ends as unfinished', async () => {
  await using server = await startTestServer({ timings: { drainMs: 50, drainGraceMs: 60_000 } })
  const { token, user } = await signInByRest(server.url, 'client')
  const others = Promise.withResolvers<void>()
  const starting = Array.from({ length: userCallsRunningMax }, () =>
    server.core.queues.starting.run(user.id, () => others.promise),
  )
  const headers = { authorization: `Bearer ${token}` }
  const url = `${server.url}/trpc/inbox.events?input={}`
  const opened = openSse(url, headers)
  await waitFor(() => server.openStreams() === 1)
  const drained = server.drain()
  await waitFor(async () => (await fetch(url, { headers })).status === 503)
  others.resolve()
  await using reader = await opened
  await waitFor(() => reader.ended())
  expect(reader.text()).not.toMatch(/event: (return|serialized-error)/)
  await Promise.all([drained, ...starting])
})
