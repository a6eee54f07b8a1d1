import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { access, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { onlyWhere } from '@deskbell/testkit/only-where'
import { waitFor } from '@deskbell/testkit/wait-for'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ByteRange, FileStorage, StoredFile } from '../storage/file-storage.ts'

const descriptors = '/proc/self/fd'
const linux = onlyWhere(existsSync(descriptors), 'only Linux lists the descriptors of a process')

/** Tests that every implementation must pass. Its own tests call this and add what is specific to it. */
export function describeStorage(name: string, open: () => Promise<FileStorage>): void {
  describe(name, () => {
    let storage: FileStorage
    beforeAll(async () => {
      storage = await open()
    })
    afterAll(() => storage[Symbol.asyncDispose]())

    test('[FILE-20] what was put is read, whole and in ranges, and the local file is gone', async () => {
      const bytes = Buffer.from('0123456789')
      const path = await localFile(storage, bytes)
      await storage.put('a/one', path)
      await expect(access(path)).rejects.toThrow('ENOENT')
      expect(await readText(storage, 'a/one')).toBe('0123456789')
      expect(await readText(storage, 'a/one', { start: 0, end: 0 })).toBe('0')
      expect(await readText(storage, 'a/one', { start: 3, end: 5 })).toBe('345')
      expect(await readText(storage, 'a/one', { start: 9, end: 9 })).toBe('9')
      expect(await readText(storage, 'a/one', { start: 7, end: 1_000 })).toBe('789')
    })

    test('[FILE-20] a range after the last byte, or that is none, fails before there is a stream', async () => {
      await putBytes(storage, 'a/short', 'abc')
      await putBytes(storage, 'a/empty', '')
      for (const range of [
        { start: 3, end: 3 },
        { start: 2, end: 1 },
        { start: -1, end: 1 },
        { start: 0.5, end: 1 },
      ]) {
        await expect(storage.read('a/short', range)).rejects.toThrow(RangeError)
      }
      await expect(storage.read('a/empty', { start: 0, end: 0 })).rejects.toThrow(RangeError)
      expect(await readText(storage, 'a/empty')).toBe('')
    })

    test('[FILE-20] an unknown key is null, also in a range, and removing it does no harm', async () => {
      expect(await storage.read('none')).toBeNull()
      expect(await storage.read('none/at/all', { start: 0, end: 1 })).toBeNull()
      await storage.remove('none')
      await storage.remove('none/at/all')
    })

    test('[FILE-20] a removed file is gone, and its neighbours stay', async () => {
      for (const key of ['r', 'r/a', 'r/a/b', 'r/c']) await putBytes(storage, key, key)
      await storage.remove('r/a')
      expect(await storage.read('r/a')).toBeNull()
      for (const key of ['r', 'r/a/b', 'r/c']) expect(await readText(storage, key)).toBe(key)
      await storage.remove('r/a/b')
      await storage.remove('r/c')
      expect(await keysOf(storage, 'r')).toEqual(['r'])
    })

    test('[FILE-21] a put replaces the bytes, and a reader of the old ones gets them to their end', async () => {
      const old = Buffer.alloc(4_000_000, 'o')
      await putBytes(storage, 'b/replaced', old)
      const reader = await storage.read('b/replaced')
      await putBytes(storage, 'b/replaced', 'new')
      expect(await readText(storage, 'b/replaced')).toBe('new')
      expect(sha256(await buffer(present(reader)))).toBe(sha256(old))
    })

    test('[FILE-21] of concurrent puts to one key one wins as a whole, and every other key keeps its own bytes', async () => {
      const contents = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000 + index, 97 + index))
      await Promise.all(contents.map((bytes) => putBytes(storage, 'b/contended', bytes)))
      await Promise.all(contents.map((bytes, index) => putBytes(storage, `b/own/${index}`, bytes)))
      const hashes = contents.map(sha256)
      expect(hashes).toContain(sha256(await readBytes(storage, 'b/contended')))
      for (const [index, hash] of hashes.entries()) {
        expect(sha256(await readBytes(storage, `b/own/${index}`))).toBe(hash)
      }
    })

    test('[FILE-21] puts and removals in one folder, beside each other, lose nothing', async () => {
      const rounds = Array.from({ length: 20 }, (_, index) => index)
      await Promise.all(
        rounds.map(async (round) => {
          for (let time = 0; time < 10; time += 1) {
            await putBytes(storage, `b/beside/gone-${round}`, 'x')
            await storage.remove(`b/beside/gone-${round}`)
          }
          await putBytes(storage, `b/beside/kept-${round}`, 'x')
        }),
      )
      expect(await keysOf(storage, 'b/beside/')).toEqual(rounds.map((round) => `b/beside/kept-${round}`).toSorted())
    })

    test('[FILE-20] a file of 30 MB comes back with its hash, whole and in two halves', async () => {
      const bytes = randomBytes(30_000_000)
      await putBytes(storage, 'c/large', bytes)
      expect(sha256(await readBytes(storage, 'c/large'))).toBe(sha256(bytes))
      const halves = [
        await readBytes(storage, 'c/large', { start: 0, end: 14_999_999 }),
        await readBytes(storage, 'c/large', { start: 15_000_000, end: 29_999_999 }),
      ]
      expect(sha256(Buffer.concat(halves))).toBe(sha256(bytes))
    })

    test('[FILE-22] a prefix lists each of more than a thousand keys once, with the time of its put', async () => {
      const keys = Array.from({ length: 1_100 }, (_, index) => `d/${index % 7}/${index}`)
      const startedAt = Date.now()
      const lanes = Array.from({ length: 8 }, (_, lane) => keys.filter((_, index) => index % 8 === lane))
      await Promise.all(
        lanes.map(async (own) => {
          for (const key of own) await putBytes(storage, key, 'x')
        }),
      )
      await putBytes(storage, 'd-other', 'x')
      const listed = await listOf(storage, 'd/')
      expect(listed.map(({ key }) => key).toSorted()).toEqual(keys.toSorted())
      for (const { putAt } of listed) {
        // S3 keeps whole seconds.
        expect(putAt.getTime()).toBeGreaterThan(startedAt - 1_001)
        expect(putAt.getTime()).toBeLessThanOrEqual(Date.now() + 1)
      }
      expect(await keysOf(storage, 'd/6/10')).toEqual(keys.filter((key) => key.startsWith('d/6/10')).toSorted())
      expect(await keysOf(storage, 'd/8')).toEqual([])
      expect(await keysOf(storage, '')).toContain('d-other')
    })

    test('[FILE-23] what is no key is refused before anything is touched', async () => {
      const path = await localFile(storage, 'x')
      for (const key of ['', '/', 'a/', '/a', 'a//b', '../a', 'a/./b', 'A', 'a b', 'a.b', 'é', 'a\0', 'a\n']) {
        await expect(storage.put(key, path)).rejects.toThrow(TypeError)
        await expect(storage.read(key)).rejects.toThrow(TypeError)
        await expect(storage.remove(key)).rejects.toThrow(TypeError)
      }
      await expect(listOf(storage, '../')).rejects.toThrow(TypeError)
      await access(path)
    })

    test('[FILE-20] a put without its local file fails and stores nothing', async () => {
      await expect(storage.put('e/none', join(storage.tempFolder, 'none'))).rejects.toThrow('ENOENT')
      expect(await storage.read('e/none')).toBeNull()
    })

    test('[FILE-23] the temporary folder is for this user only', async () => {
      expect((await stat(storage.tempFolder)).mode & 0o777).toBe(0o700)
    })

    test('[FILE-24] a read that is abandoned holds no descriptor', linux, async () => {
      await putBytes(storage, 'f/abandoned', Buffer.alloc(5_000_000))
      await readBytes(storage, 'f/abandoned')
      const before = readdirSync(descriptors).length
      for (let round = 0; round < 20; round += 1) {
        const unread = present(await storage.read('f/abandoned'))
        unread.destroy()
        const begun = present(await storage.read('f/abandoned'))
        for await (const _ of begun) break
        await expect(storage.read('f/abandoned', { start: 9_000_000, end: 9_000_000 })).rejects.toThrow(RangeError)
      }
      await waitFor(() => readdirSync(descriptors).length <= before + 3)
    })
  })
}

let files = 0
export async function localFile(storage: FileStorage, bytes: Buffer | string): Promise<string> {
  files += 1
  const path = join(storage.tempFolder, `contract-${process.pid}-${files}`)
  await writeFile(path, bytes)
  return path
}

export async function putBytes(storage: FileStorage, key: string, bytes: Buffer | string): Promise<void> {
  await storage.put(key, await localFile(storage, bytes))
}

async function readBytes(storage: FileStorage, key: string, range?: ByteRange): Promise<Buffer> {
  return await buffer(present(await storage.read(key, range)))
}

export async function readText(storage: FileStorage, key: string, range?: ByteRange): Promise<string> {
  return (await readBytes(storage, key, range)).toString()
}

export async function keysOf(storage: FileStorage, prefix: string): Promise<string[]> {
  return (await listOf(storage, prefix)).map(({ key }) => key).toSorted()
}

export async function listOf(storage: FileStorage, prefix: string): Promise<StoredFile[]> {
  const files: StoredFile[] = []
  for await (const file of storage.list(prefix)) files.push(file)
  return files
}

function present(stream: Readable | null): Readable {
  if (stream === null) throw new Error('There is no such key.')
  return stream
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
