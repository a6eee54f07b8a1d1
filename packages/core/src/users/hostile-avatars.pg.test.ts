import { readdir } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { hostileFiles, hostileMarker } from '@deskbell/files/testing/hostile-files'
import { newOperator } from '@deskbell/testkit/factories'
import { type FreshCore, freshCore } from '@deskbell/testkit/fresh-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAvatar } from './open-avatar.ts'
import { removeAvatar, setAvatar } from './own-avatar.ts'

let fresh: FreshCore
let operator: Actor
beforeAll(async () => {
  fresh = await freshCore()
  operator = await newOperator(fresh.core)
})
afterAll(() => fresh?.drop())

async function codeOf(bytes: Buffer): Promise<string> {
  const set = setAvatar(fresh.core, operator, Readable.from([bytes]))
  return await set.then(
    () => 'taken',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  )
}

test('[FILE-54] N65: each hostile file is refused, or made anew without what was hostile in it', async () => {
  const seen: Record<string, string> = {}
  for (const { name, bytes, expected } of hostileFiles) {
    await removeAvatar(fresh.core, operator)
    const code = await codeOf(await bytes())
    if (code !== (expected === 'image' ? 'taken' : 'unsupported_file')) seen[name] = code
    if (code !== 'taken') continue
    const { mediaType, read } = await openAvatar(fresh.core, operator, operator.userId)
    const made = await read()
    if (mediaType !== 'image/webp' || made.toString('latin1', 8, 12) !== 'WEBP') seen[name] = mediaType
    if (made.includes(hostileMarker)) seen[name] = 'keeps the marker'
  }
  expect(seen).toEqual({})
  const { storage } = fresh.core.files
  const left: string[] = []
  for await (const { key } of storage.list('avatars/')) left.push(key)
  expect(left.length).toBeLessThanOrEqual(1)
}, 120_000)

test('[FILE-54] a picture that cannot be read from its sender leaves nothing behind', async () => {
  await removeAvatar(fresh.core, operator)
  const cut = new Readable({
    read() {
      this.push(Buffer.from('\xff\xd8\xff', 'latin1'))
      this.destroy(new Error('cut off'))
    },
  })
  await expect(setAvatar(fresh.core, operator, cut)).rejects.toThrow()
  expect(await readdir(fresh.core.files.storage.tempFolder)).toEqual([])
  await expect(openAvatar(fresh.core, operator, operator.userId)).rejects.toMatchObject({ code: 'not_found' })
})
