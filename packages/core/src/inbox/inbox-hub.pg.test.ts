import { sendText, setUpChat } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { foldInbox, probeInbox } from '@deskbell/testkit/probes/inbox-probe'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'

test('[LIVE-4] a new epoch resets an inbox, even if no chat is followed', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { operator } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  const before = core.epoch()
  await db.pool.query('update deployment set seed = gen_random_uuid()::text')
  await probe.until('reset')
  expect(core.epoch()).not.toBe(before)
})

test('[INBOX-5] a hint brings a change while an open transaction holds back the position', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const { client, operator, chat } = await setUpChat(core)
  await using probe = probeInbox(core, operator)
  await probe.until('live')
  const open = await db.pool.connect()
  await open.query('begin')
  await open.query('select pg_current_xact_id()')
  try {
    await sendText(core, client, { chatId: chat.id })
    await waitFor(() => foldInbox(probe).get(chat.id)?.lastSeq === 1)
  } finally {
    await open.query('rollback')
    open.release()
  }
})
