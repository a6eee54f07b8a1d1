import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { orphanFileMs, uploadMs } from '@deskbell/contract/limits'
import { setUpChat } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUpload } from '../files/create-upload.ts'
import { receivePart } from '../files/receive-part.ts'
import { sendMessage } from '../messages/send-message.ts'
import { fileKey, newFileId, partKey } from './file-keys.ts'

let now = Date.now()
let fresh: FreshCore
let world: Awaited<ReturnType<typeof setUpChat>>
beforeAll(async () => {
  fresh = await freshCore({ clock: { now: () => new Date(now) } })
  world = await setUpChat(fresh.core)
})
afterAll(() => fresh?.drop())

async function announced(actor: Actor, length: number): Promise<string> {
  const { chat } = world
  return (await createUpload(fresh.core, actor, { chatId: chat.id, name: 'a', claimedType: '', length })).id
}

async function receive(actor: Actor, id: string, bytes: Buffer) {
  return await receivePart(fresh.core, actor, { id, offset: 0, body: Readable.from([bytes]) })
}

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of fresh.core.files.storage.list('')) found.push(key)
  return found.sort()
}

/** As a process that was killed leaves it. */
async function leave(key: string): Promise<void> {
  const { storage } = fresh.core.files
  const path = join(storage.tempFolder, randomBytes(4).toString('hex'))
  await writeFile(path, 'left')
  await storage.put(key, path)
}

describe('the sweep of files', () => {
  test('[FILE-14] removes uploads that no message has used in a day, with their bytes, and keeps what a message has', async () => {
    const { core } = fresh
    const { client, chat } = world
    const [begun, whole, used] = [await announced(client, 9), await announced(client, 3), await announced(client, 3)]
    await receive(client, begun, Buffer.from('part'))
    await receive(client, whole, Buffer.from('one'))
    await receive(client, used, Buffer.from('two'))
    await sendMessage(core, client, { chatId: chat.id, text: '', clientMsgId: 'used', uploadIds: [used] })
    expect(await keys()).toHaveLength(3)
    now += uploadMs - 1_000
    expect(await core.files.sweeper.sweep()).toEqual({ expired: 0, orphans: 0 })
    now += 2_000
    expect(await core.files.sweeper.sweep()).toEqual({ expired: 2, orphans: 0 })
    expect(await keys()).toEqual([fileKey(used)])
    await expect(receive(client, begun, Buffer.from('x'))).rejects.toMatchObject({ code: 'not_found' })
    const late = sendMessage(core, client, { chatId: chat.id, text: '', clientMsgId: 'late', uploadIds: [whole] })
    await expect(late).rejects.toMatchObject({ code: 'not_found' })
  })

  test('[FILE-14] removes bytes that belong to nothing once they are an hour old', async () => {
    const { core } = fresh
    const { client } = world
    now = Date.now()
    const before = await keys()
    const [receiving, whole] = [await announced(client, 9), await announced(client, 3)]
    await receive(client, receiving, Buffer.from('part'))
    await receive(client, whole, Buffer.from('one'))
    const kept = [...before, ...(await keys()).filter((key) => !before.includes(key))].sort()
    await leave(fileKey(newFileId()))
    await leave(partKey(newFileId(), '000000000000-aa'))
    await leave(partKey(whole, '000000000000-bb'))
    expect(await core.files.sweeper.sweep()).toEqual({ expired: 0, orphans: 0 })
    now = Date.now() + orphanFileMs + 1_000
    expect(await core.files.sweeper.sweep()).toEqual({ expired: 0, orphans: 3 })
    expect(await keys()).toEqual(kept)
  })
})
