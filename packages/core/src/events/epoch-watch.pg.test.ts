import { openDatabase } from '@deskbell/db/database'
import { newConversation, sendText } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { waitFor } from '@deskbell/testkit/wait-for'
import { expect, test } from 'vitest'
import { pageEvents } from './page-events.ts'

test('[LIVE-1] a new connection brings the history into doubt, and no page is given until it is known again', async () => {
  await using fresh = await freshCore({ poolMax: 20 })
  const { core, db } = fresh
  const { client, chat } = await newConversation(core)
  await sendText(core, client, { chatId: chat.id })
  const page = () => pageEvents(core, client, { chatId: chat.id, limit: 50 })
  expect((await page()).entries).toHaveLength(1)

  const outside = openDatabase({ connectionString: fresh.connectionString })
  const holder = await outside.pool.connect()
  await holder.query('begin')
  await holder.query('lock table deployment in access exclusive mode')
  const known = db.pool.totalCount
  const taken = await Promise.all(Array.from({ length: known + 1 }, () => db.pool.connect()))
  for (const connection of taken) connection.release()
  expect(core.hub.isTrusted).toBe(false)
  await expect(page()).rejects.toMatchObject({ code: 'unavailable' })

  await holder.query('rollback')
  holder.release()
  await waitFor(() => core.hub.isTrusted)
  expect((await page()).entries).toHaveLength(1)
  await outside.close()
})
