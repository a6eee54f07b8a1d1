import { guestIdleDays } from '@deskbell/contract/limits'
import { actorOf, newChat, newClient } from '@deskbell/testkit/factories'
import { freshCore } from '@deskbell/testkit/fresh-core'
import { silentLogger } from '@deskbell/testkit/silent-logger'
import { expect, test } from 'vitest'
import { SessionPruner } from './session-pruner.ts'
import { signInGuest } from './sign-in-guest.ts'

const dayMs = 24 * 60 * 60 * 1_000

test('[IDENT-27] guests who opened no chat and were not seen for days are removed, and nobody else', async () => {
  await using fresh = await freshCore()
  const { core, db } = fresh
  const guest = async () => await actorOf(core, await signInGuest(core, {}, '203.0.113.7'))
  const [idle, writer, recent, connected] = [await guest(), await guest(), await guest(), await guest()]
  const client = await newClient(core)
  await newChat(core, writer)
  const before = new Date(Date.now() - guestIdleDays * dayMs - 1_000)
  await db.pool.query('update users set created_at = $1', [before])
  await db.pool.query('update sessions set created_at = $1, used_at = null', [before])
  await db.pool.query('update sessions set used_at = now() where user_id = $1', [recent.userId])
  await db.pool.query(
    `with lease as (insert into process_leases (renewed_at, expires_at) values (now(), 'infinity') returning id)
     insert into connected_users (user_id, role, lease_id) select $1, 'client', id from lease`,
    [connected.userId],
  )
  const pruner = new SessionPruner({ db, clock: core.clock, log: silentLogger, returnChats: async () => {} })
  expect(await pruner.pruneGuests()).toBe(1)
  expect(await pruner.pruneGuests()).toBe(0)
  const { rows } = await db.pool.query<{ id: string }>('select id from users order by id')
  const left = [writer, recent, connected, client].map(({ userId }) => userId)
  expect(rows.map(({ id }) => Number(id))).toEqual(left)
  const found = await db.pool.query('select from sessions where user_id = $1', [idle.userId])
  expect(found.rowCount).toBe(0)
})
