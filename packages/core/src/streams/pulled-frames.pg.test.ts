import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { describe, expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'
import type { Core } from '../context.ts'
import { followInbox } from '../inbox/follow-inbox.ts'
import type { StreamOptions } from './pulled-frames.ts'

type Follow = (
  core: Core,
  actor: Actor,
  input: StreamOptions & { chatId: ChatId },
) => AsyncGenerator<{ id: string; frame: { t: string } }>

const streams: [string, Follow][] = [
  ['a chat', followChat],
  ['an inbox', (core, actor, { signal, ready }) => followInbox(core, actor, { signal, ready })],
]

describe.each(streams)('a stream of %s', (_name, follow) => {
  async function openGated() {
    let wallMs = Date.now()
    const fresh = await freshCore({ clock: { now: () => new Date(wallMs) } })
    const conversation = await setUpChat(fresh.core)
    const gate = { asked: 0, open: Promise.withResolvers<void>() }
    const ready = () => {
      gate.asked += 1
      return gate.open.promise
    }
    const chatId = conversation.chat.id
    const probe = new StreamProbe((signal) => follow(fresh.core, conversation.operator, { chatId, signal, ready }))
    const suspend = () => {
      wallMs += 5_000
    }
    const dispose = async () => {
      await probe.stop()
      await fresh.drop()
    }
    return { ...fresh, ...conversation, probe, gate, suspend, [Symbol.asyncDispose]: dispose }
  }

  test('[SOCK-6] asks for room before each frame, and sends nothing until there is room', async () => {
    await using fresh = await openGated()
    const { gate, probe } = fresh
    await waitFor(() => gate.asked === 1)
    await sendText(fresh.core, fresh.client, { chatId: fresh.chat.id })
    await new Promise(setImmediate)
    expect(probe.frames).toEqual([])
    gate.open.resolve()
    await probe.until('live')
    await waitFor(() => gate.asked > probe.frames.length - 1)
    expect(gate.asked).toBeGreaterThanOrEqual(probe.frames.length)
  })

  test('[LIVE-4] a frame that waits while the epoch changes is replaced by reset', async () => {
    await using fresh = await openGated()
    const { core, db, gate, probe } = fresh
    await waitFor(() => gate.asked === 1)
    const before = core.epoch()
    await db.pool.query('update deployment set seed = gen_random_uuid()::text')
    await waitFor(() => core.epoch() !== before)
    gate.open.resolve()
    await probe.until('reset')
    expect(probe.frames.map((frame) => frame.t)).toEqual(['reset'])
  })

  test('[LIVE-7] a frame that waits during a suspension is not sent before the resync', async () => {
    await using fresh = await openGated()
    const { core, db, gate, probe } = fresh
    await waitFor(() => gate.asked === 1)
    const holder = await db.pool.connect()
    try {
      await holder.query('begin')
      await holder.query('lock table deployment in access exclusive mode')
      fresh.suspend()
      // The hub reads the clock once a turn of the event loop, and may have read it before.
      await new Promise(setImmediate)
      gate.open.resolve()
      await waitFor(() => !core.hub.isFresh)
      await new Promise(setImmediate)
      expect(probe.frames).toEqual([])
    } finally {
      // Otherwise a failure would be hidden: the database does not close while this connection is in use.
      await holder.query('rollback')
      holder.release()
    }
    await probe.until('live')
  })
})
