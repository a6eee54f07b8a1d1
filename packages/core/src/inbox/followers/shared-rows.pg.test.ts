import type { Actor } from '@deskbell/contract/actor'
import type { InboxFrame } from '@deskbell/contract/inbox'
import { newOperator, sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { watchQueries } from '@deskbell/testkit/probes/watch-queries'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { markRead } from '../../chats/marks/mark-read.ts'
import type { Core } from '../../context.ts'
import type { TrackedFrame } from '../../streams/frame-sink.ts'
import { openInbox } from '../follow-inbox.ts'

type Reader = { frames: TrackedFrame<InboxFrame>[]; stop(): void }

function follow(core: Core, actor: Actor): Reader {
  const frames: TrackedFrame<InboxFrame>[] = []
  const fail = (cause: unknown) => expect.fail(String(cause))
  const sink = {
    isBusy: false,
    mayWrite: () => true,
    write: (tracked: TrackedFrame<InboxFrame>) => frames.push(tracked),
    fail,
  }
  const stream = openInbox(core, actor, {})(sink)
  return { frames, stop: () => stream.stop() }
}

const isLive = ({ frames }: Reader) => frames.some(({ frame }) => frame.t === 'live')
const upsertsOf = ({ frames }: Reader) => frames.filter(({ frame }) => frame.t === 'upsert')
const lastRowOf = (reader: Reader) => {
  const frame = upsertsOf(reader).at(-1)?.frame
  return frame?.t === 'upsert' ? frame.rows.at(-1) : undefined
}

test('[INBOX-6] many messages are sent as few rows, and operators with the same row get one object', async () => {
  await using fresh = await freshCore()
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await sendText(core, client, { chatId: chat.id })
  await markRead(core, operator, { chatId: chat.id, seq: 1 })
  const others = await Promise.all(Array.from({ length: 30 }, () => newOperator(core)))
  const own = follow(core, operator)
  const readers = others.map((actor) => follow(core, actor))
  await waitFor(() => [own, ...readers].every(isLive))
  const queries = watchQueries(fresh.db)
  const sends = 40
  await Promise.all(Array.from({ length: sends }, () => sendText(core, client, { chatId: chat.id })))
  await waitFor(() => [own, ...readers].every((reader) => lastRowOf(reader)?.lastSeq === sends + 1))
  const rowReads = queries.texts.filter((text) => text.includes('"operators_read_count"')).length
  expect(rowReads).toBeLessThan(sends / 2)
  const sent = new Set(readers.flatMap(upsertsOf))
  // Each fold makes one object for the thirty operators.
  expect(sent.size).toBeLessThanOrEqual(rowReads)
  expect(readers.flatMap(upsertsOf).length).toBeLessThan((sends / 2) * readers.length)
  expect([lastRowOf(own)?.unread, ...readers.map((reader) => lastRowOf(reader)?.unread)]).toEqual(
    Array.from({ length: readers.length + 1 }, () => sends),
  )
  for (const reader of [own, ...readers]) reader.stop()
  expect(core.inbox.hasReaders).toBe(false)
})
