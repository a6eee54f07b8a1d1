import type { Actor } from '@deskbell/contract/actor'
import type { ChatFrame } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'
import { editMessage } from '../messages/edit-message.ts'
import { retractMessage } from '../messages/retract-message.ts'

let fresh: FreshCore
beforeAll(async () => {
  fresh = await freshCore()
})
afterAll(() => fresh.drop())

function follow(actor: Actor, chatId: ChatId, cursor?: string): StreamProbe<ChatFrame> {
  return new StreamProbe((signal) => followChat(fresh.core, actor, { chatId, signal, ...(cursor && { cursor }) }))
}

const entriesOf = (probe: StreamProbe<ChatFrame>) => probe.of('ev').flatMap((frame) => frame.events)

test('[MSG-15] a follower that starts after a retraction gets no earlier text, not even from the ring', async () => {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using keeper = follow(operator, chat.id)
  await keeper.until('live')
  const { message } = await sendText(core, client, { chatId: chat.id, text: 'secret one' })
  const input = { chatId: chat.id, messageId: message.id }
  await editMessage(core, client, { ...input, text: 'secret two' })
  await editMessage(core, client, { ...input, text: 'secret three' })
  await keeper.when(() => entriesOf(keeper).length === 3)
  expect(JSON.stringify(keeper.frames)).toContain('secret three')
  await retractMessage(core, client, input)
  await keeper.when(() => entriesOf(keeper).length === 4)

  const reads = watchQueries(fresh.db)
  await using late = follow(client, chat.id, `${core.epoch()}:0`)
  await late.until('live')
  expect(JSON.stringify(late.frames)).not.toContain('secret')
  expect(entriesOf(late)).toMatchObject([
    { seq: 1, kind: 'message', message: { id: message.id, text: '' } },
    { seq: 2, kind: 'edited', data: { messageId: message.id, text: '' } },
    { seq: 3, kind: 'edited', data: { messageId: message.id, text: '' } },
    { seq: 4, kind: 'retracted', actor: { id: client.userId }, data: { messageId: message.id } },
  ])
  // The entries came from the ring: the log was not read.
  expect(reads.matching(/chat_events/)).toBe(0)
  reads.stop()
})

test('[MSG-14] [MSG-15] the last message in both inboxes follows an edit and a retraction', async () => {
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  const { message } = await sendText(core, client, { chatId: chat.id, text: 'secret' })
  const input = { chatId: chat.id, messageId: message.id }
  await using own = probeInbox(core, client)
  await using theirs = probeInbox(core, operator)
  await Promise.all([own.until('live'), theirs.until('live')])
  const lastText = (probe: typeof own) => probe.of('upsert').at(-1)?.rows.at(-1)?.lastMessage?.text
  await editMessage(core, client, { ...input, text: 'better' })
  for (const probe of [own, theirs]) await probe.when(() => lastText(probe) === 'better')
  await retractMessage(core, client, input)
  for (const probe of [own, theirs]) await probe.when(() => lastText(probe) === '')
  expect(JSON.stringify(own.frames)).not.toContain('secret')
})
