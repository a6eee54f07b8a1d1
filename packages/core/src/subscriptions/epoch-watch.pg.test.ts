import { openDatabase } from '@deskbell/db/database'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'
import { pageEvents } from '../chats/page-events.ts'

/** Blocks all reads of the epoch until the returned function is called. */
async function hideEpoch(fresh: FreshCore): Promise<() => Promise<void>> {
  const outside = openDatabase({ connectionString: fresh.connectionString })
  const holder = await outside.pool.connect()
  await holder.query('begin')
  await holder.query('lock table deployment in access exclusive mode')
  return async () => {
    await holder.query('rollback')
    holder.release()
    await outside.close()
  }
}

/** Takes all open connections and one more, so that the pool opens a new one. */
async function connectOneMore({ db }: FreshCore): Promise<void> {
  const connections = Array.from({ length: db.pool.totalCount + 1 }, () => db.pool.connect())
  await Promise.all(connections.map(async (connecting) => (await connecting).release()))
}

test('[LIVE-24] a connection that cannot read the epoch is not used, and open connections keep working', async () => {
  await using fresh = await freshCore({ poolMax: 20 })
  const { core } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal }))
  await probe.until('live')
  await sendText(core, client, { chatId: chat.id })
  const show = await hideEpoch(fresh)
  const refused = expect(connectOneMore(fresh)).rejects.toThrow()
  await sendText(core, client, { chatId: chat.id })
  await probe.when(() => probe.of('ev').flatMap((frame) => frame.events).length === 2)
  expect((await pageEvents(core, client, { chatId: chat.id, limit: 50 })).entries).toHaveLength(2)
  await refused
  await show()
  await connectOneMore(fresh)
})

test('[LIVE-4] [LIVE-24] a caller that gets a new connection of either pool already sees the new epoch', async () => {
  await using fresh = await freshCore({ poolMax: 20 })
  const { core, db } = fresh
  const changed = async (connect: () => Promise<unknown>) => {
    const before = core.epoch()
    const outside = openDatabase({ connectionString: fresh.connectionString })
    await outside.pool.query('update deployment set seed = gen_random_uuid()::text')
    await outside.close()
    await connect()
    return core.epoch() !== before
  }
  expect(await changed(() => connectOneMore(fresh))).toBe(true)
  const pipelined = () => Promise.all(Array.from({ length: db.pipelined.totalCount + 1 }, () => db.pipelined.connect()))
  expect(await changed(async () => (await pipelined()).map((client) => client.release()))).toBe(true)
})
