import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import { newOperator } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { logout } from '../auth/logout.ts'
import { getMe } from './get-me.ts'
import { setAvatar } from './own-avatar.ts'

let fresh: FreshCore
let operator: Actor
let png: Buffer
beforeAll(async () => {
  fresh = await freshCore()
  png = await encoded(sampleImage(), 'image/png')
})
afterAll(() => fresh?.drop())
beforeEach(async () => {
  operator = await newOperator(fresh.core)
})

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of fresh.core.files.storage.list(`avatars/${operator.userId}/`)) found.push(key)
  return found
}

const set = () => setAvatar(fresh.core, operator, Readable.from([png]))

test('[FILE-53] of several that come at once one is left, and it is the one that is shown', async () => {
  const { avatars, files } = fresh.core
  const path = join(files.storage.tempFolder, 'picture')
  await writeFile(path, png)
  const made: string[] = []
  for (let number = 0; number < 8; number += 1) made.push(await avatars.store(operator.userId, path))
  await rm(path)
  // Images are made one after the other, so what races is the rest.
  const store = vi.spyOn(avatars, 'store').mockImplementation(async () => made.pop() ?? '')
  await Promise.all(made.map(set))
  store.mockRestore()
  await expect.poll(async () => (await keys()).length).toBe(1)
  const { user } = await getMe(fresh.core, operator)
  const [key = ''] = await keys()
  expect(user.avatarUrl).toBe(`/avatars/${operator.userId}?v=${key.split('/').at(-1)?.slice(0, 8)}`)
})

test('[FILE-50] a session that ends while the picture comes changes nothing', async () => {
  await logout(fresh.core, operator)
  await expect(set()).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect.poll(keys).toEqual([])
})

test('[FILE-53] where the database fails, the picture of before stays and the new one goes', async () => {
  const before = (await set()).user.avatarUrl
  await fresh.db.pool.query(`alter table users add constraint no_pictures check (avatar_id is null) not valid`)
  await expect(set()).rejects.toThrow()
  await fresh.db.pool.query('alter table users drop constraint no_pictures')
  expect((await getMe(fresh.core, operator)).user.avatarUrl).toBe(before)
  await expect.poll(async () => (await keys()).length).toBe(1)
})

test('[FILE-50] where the disk is nearly full, no picture is taken', async () => {
  const { storage, limits } = fresh.core.files
  const free = vi.spyOn(storage, 'freeBytes').mockResolvedValue(limits.freeBytesMin + 1_000)
  await expect(set()).rejects.toMatchObject({ code: 'quota_exceeded' })
  free.mockRestore()
})
