import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'

const oneTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)

test('[LIVE-16] rings stay within their memory limit, and neither fast nor slow followers miss an entry', async () => {
  const ringsBytesMax = 12_000
  await using made = await freshCore({ ringsBytesMax })
  const { core } = made
  const conversations = await Promise.all(oneTo(6).map(() => setUpChat(core)))
  let slowMayGo: () => void = () => {}
  const gate = new Promise<void>((resolve) => (slowMayGo = resolve))
  const follow = (nth: number, ready?: () => Promise<void>) => {
    const conversation = conversations[nth] ?? expect.fail()
    const { operator, chat } = conversation
    return new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal, ready }))
  }
  const quick = conversations.map((_, nth) => follow(nth))
  const slow = conversations.map((_, nth) => follow(nth, () => gate))
  await Promise.all(quick.map((probe) => probe.until('live')))
  expect(core.hub.memory()).toMatchObject({ chats: 6, followers: 12 })
  for (let round = 0; round < 20; round += 1) {
    await Promise.all(
      conversations.map(({ client, chat }) => sendText(core, client, { chatId: chat.id, text: 'x'.repeat(200) })),
    )
    expect(core.hub.memory().bytes).toBeLessThanOrEqual(ringsBytesMax)
  }
  slowMayGo()
  for (const probe of [...quick, ...slow]) {
    await waitFor(() => probe.of('ev').flatMap(({ events }) => events).length >= 20)
    expect(probe.of('ev').flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual(oneTo(20))
  }
  await Promise.all([...quick, ...slow].map((probe) => probe.stop()))
  expect(core.hub.memory()).toEqual({ chats: 0, followers: 0, entries: 0, bytes: 0 })
})

test('[LIVE-12] a follower that leaves twice does not take the channel from the followers that came in between', async () => {
  await using made = await freshCore()
  const { hub } = made.core
  const { chat } = await setUpChat(made.core)
  const [first, second, third] = oneTo(3).map(() => ({ wake: () => {}, flush: () => {} }))
  if (first === undefined || second === undefined || third === undefined) expect.fail()
  const before = hub.join(chat.id, first)
  hub.leave(before, first)
  const after = hub.join(chat.id, second)
  hub.leave(before, first)
  expect(hub.join(chat.id, third)).toBe(after)
})
