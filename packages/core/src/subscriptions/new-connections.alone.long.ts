import { once } from 'node:events'
import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { StreamProbe } from '@deskbell/testkit/probes/stream-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { followChat } from '../chats/follow-chat.ts'
import { pageEvents } from '../chats/page-events.ts'

test('[LIVE-24] after a quiet time a message beside 300 reads, all on new connections, does not wait for them', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  for (let nth = 0; nth < 50; nth += 1) await sendText(core, client, { chatId: chat.id })
  await using probe = new StreamProbe((signal) => followChat(core, operator, { chatId: chat.id, signal }))
  await probe.until('live')
  const received = () => probe.of('ev').flatMap((frame) => frame.events).length
  await probe.when(() => received() === 50)
  // The pool closes connections that are idle for ten seconds. Presence keeps one in use.
  await waitFor(() => db.pool.totalCount <= 1, { timeoutMs: 30_000, what: 'the pool has closed its connections' })
  const connected = once(db.pool, 'connect')
  let done = 0
  const reads = Array.from({ length: 300 }, () =>
    pageEvents(core, client, { chatId: chat.id, limit: 50 }).finally(() => {
      done += 1
    }),
  )
  // On a busy machine some may wait too long for a connection.
  const ends = Promise.allSettled(reads)
  await connected
  await sendText(core, client, { chatId: chat.id })
  await probe.when(() => received() === 51)
  expect(done).toBeLessThan(200)
  await ends
})
