import type { Actor } from '@deskbell/contract/actor'
import { type ChatId, chatIdSchema } from '@deskbell/contract/ids'
import { holdLock, isWaitedFor } from '@deskbell/testkit/database/chat-lock'
import { newChat, newClient, newOperator, sendText } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { readStoredLog } from '@deskbell/testkit/history/read-stored-log'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toAppError } from '../app-error.ts'
import { assignOperator } from '../chats/changes/assign-operator.ts'
import { closeChat } from '../chats/changes/close-chat.ts'
import { createChat } from '../chats/create-chat.ts'
import type { Core } from '../context.ts'

const day = 24 * 60 * 60 * 1000
let now = new Date('2030-01-01T00:00:00.000Z')
let fresh: FreshCore
let core: Core
beforeAll(async () => {
  fresh = await freshCore({ clock: { now: () => now } })
  core = fresh.core
})
afterAll(() => fresh.drop())

/** Ends a session as another process does whose hint is lost. */
async function end({ sessionId }: Actor): Promise<void> {
  await fresh.db.pool.query('delete from sessions where id = $1', [sessionId])
}

const entriesOf = async (chatId: ChatId) => (await readStoredLog(fresh.db, chatId)).entries
const unauthenticated = { code: 'unauthenticated' }

test('[AUTH-35] a message that comes alone is not stored when the session has ended', async () => {
  const client = await newClient(core)
  const { id: chatId } = await newChat(core, client)
  await end(client)
  await expect(sendText(core, client, { chatId })).rejects.toMatchObject(unauthenticated)
  expect(await entriesOf(chatId)).toEqual([])
})

test('[AUTH-35] of messages that come together only those of ended sessions are refused', async () => {
  const [client, gone, operator] = [await newClient(core), await newOperator(core), await newOperator(core)]
  const { id: chatId } = await newChat(core, client)
  await end(gone)
  const senders = [client, gone, operator, gone]
  const answers = await Promise.all(senders.map((sender) => sendText(core, sender, { chatId }).catch(toAppError)))
  expect(answers).toMatchObject([{ duplicate: false }, unauthenticated, { duplicate: false }, unauthenticated])
  expect(await entriesOf(chatId)).toHaveLength(2)
})

test('[AUTH-35] an operator whose session has ended neither takes nor closes a chat, nor learns that one is missing', async () => {
  const [client, gone] = [await newClient(core), await newOperator(core)]
  const { id: chatId } = await newChat(core, client)
  await end(gone)
  await expect(assignOperator(core, gone, { chatId })).rejects.toMatchObject(unauthenticated)
  await expect(closeChat(core, gone, { chatId })).rejects.toMatchObject(unauthenticated)
  const missing = { chatId: chatIdSchema.parse(chatId + 1_000_000) }
  await expect(closeChat(core, gone, missing)).rejects.toMatchObject(unauthenticated)
  expect(await entriesOf(chatId)).toEqual([])
})

test('[AUTH-35] a session that ends while a message waits for its chat counts as ended', async () => {
  const client = await newClient(core)
  const { id: chatId } = await newChat(core, client)
  const lock = await holdLock(fresh.db, chatId)
  const sending = sendText(core, client, { chatId }).catch(toAppError)
  await waitFor(() => isWaitedFor(fresh.db, lock.pid))
  await end(client)
  await lock.release()
  expect(await sending).toMatchObject(unauthenticated)
  expect(await entriesOf(chatId)).toEqual([])
})

test('[AUTH-35] [IDENT-20] a session that ends while its chat moves to another client counts as ended', async () => {
  const [client, other] = [await newClient(core), await newClient(core)]
  const { id: chatId } = await newChat(core, client)
  const lock = await holdLock(fresh.db, chatId)
  // Holds the writer up behind its read of the sessions, and before that of the owners.
  const table = await fresh.db.pool.connect()
  await table.query('begin; lock table messages in access exclusive mode')
  const { rows } = await table.query<{ pid: number }>('select pg_backend_pid() as pid')
  const sending = sendText(core, client, { chatId }).catch(toAppError)
  await waitFor(() => isWaitedFor(fresh.db, rows[0]?.pid ?? 0))
  await lock.query(`delete from sessions where id = ${client.sessionId}`)
  await lock.query(`update chats set user_id = ${other.userId} where id = ${chatId}`)
  await lock.release()
  await table.query('rollback')
  table.release()
  expect(await sending).toMatchObject(unauthenticated)
})

test('[AUTH-35] [AUTH-11] a session that has expired, or is void, sends nothing and opens no chat', async () => {
  const expire = () => {
    now = new Date(now.getTime() + 30 * day)
  }
  const makeVoid = async ({ sessionId }: Actor) => {
    await fresh.db.pool.query(`update sessions set auth_mode = 'secure' where id = $1`, [sessionId])
  }
  for (const spoil of [expire, makeVoid]) {
    const client = await newClient(core)
    const { id: chatId } = await newChat(core, client)
    await spoil(client)
    await expect(sendText(core, client, { chatId })).rejects.toMatchObject(unauthenticated)
    await expect(createChat(core, client, {})).rejects.toMatchObject(unauthenticated)
    expect(await entriesOf(chatId)).toEqual([])
  }
})
