import { access, chmod, mkdir, open, opendir, rename, rm, rmdir, stat, statfs, unlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import {
  assertKey,
  assertPrefix,
  assertRange,
  type ByteRange,
  type FileStorage,
  type StoredFile,
} from './file-storage.ts'

/**
 * A file has a dot in its name and a folder has none, so that the keys `a` and `a/b` can exist beside each other. The
 * ending is that of no type, so that no web server or file manager opens the file.
 */
const fileEnding = '.bytes'
/** Longer than anybody takes to receive or make a file. */
const tempFileMs = 48 * 60 * 60_000
const sweepEveryMs = 60 * 60_000
/** The folder of a file is removed with its last file. A put beside such a removal finds its folder gone, and makes it anew. */
const triesMax = 100

/** Stores files in `folder`, which is made if it is missing. Several processes may share the folder. */
export async function openLocalStorage(folder: string): Promise<FileStorage> {
  const root = resolve(folder)
  for (const path of [root, join(root, 'stored'), join(root, 'temp')]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  }
  await syncFolder(root)
  await syncFolder(dirname(root))
  const storage = new LocalStorage(root)
  await storage.sweep()
  return storage
}

class LocalStorage implements FileStorage {
  readonly tempFolder: string
  readonly #stored: string
  readonly #timer: NodeJS.Timeout

  constructor(root: string) {
    this.tempFolder = join(root, 'temp')
    this.#stored = join(root, 'stored')
    this.#timer = setInterval(() => void this.sweep().catch(() => undefined), sweepEveryMs).unref()
  }

  async put(key: string, path: string): Promise<void> {
    const target = this.#pathOf(key)
    await syncFile(path)
    for (let tries = 1; ; tries += 1) {
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 })
        await rename(path, target)
        break
      } catch (error) {
        if (!isMissing(error) || tries === triesMax) throw error
        await access(path)
      }
    }
    // Any of these folders may be new, also when another put has made it and has not synced it yet.
    for (const parent of this.#foldersOf(target)) await syncFolder(parent)
    await syncFolder(this.#stored)
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    if (range !== undefined) assertRange(range)
    const file = await open(this.#pathOf(key), 'r').catch(nullIfMissing)
    if (file === null) return null
    try {
      const { size } = await file.stat()
      if (range !== undefined && range.start >= size) throw new RangeError(`${key} has ${size} bytes only`)
      return file.createReadStream(range)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async remove(key: string): Promise<void> {
    const target = this.#pathOf(key)
    const removed = await unlink(target).then(() => true, nullIfMissing)
    if (removed === null) return
    for (const parent of this.#foldersOf(target)) {
      const isEmpty = await rmdir(parent).then(
        () => true,
        () => false,
      )
      if (!isEmpty) return await syncFolder(parent)
    }
    await syncFolder(this.#stored)
  }

  async *list(prefix: string): AsyncGenerator<StoredFile> {
    assertPrefix(prefix)
    yield* this.#listFolder(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix)
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#stored)
    return bavail * bsize
  }

  /** Removes what nobody has changed in the folder of temporary files for a long time: its process was killed. */
  async sweep(): Promise<void> {
    for await (const entry of await opendir(this.tempFolder)) {
      const path = join(this.tempFolder, entry.name)
      const found = await stat(path).catch(nullIfMissing)
      if (found !== null && found.mtimeMs < Date.now() - tempFileMs) await rm(path, { recursive: true, force: true })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
  }

  /** `folder` is empty or ends with a slash. */
  async *#listFolder(folder: string, prefix: string): AsyncGenerator<StoredFile> {
    const entries = await opendir(join(this.#stored, folder)).catch(nullIfMissing)
    if (entries === null) return
    for await (const entry of entries) {
      if (entry.isDirectory()) {
        const inner = `${folder}${entry.name}/`
        if (inner.startsWith(prefix) || prefix.startsWith(inner)) yield* this.#listFolder(inner, prefix)
      } else if (entry.name.endsWith(fileEnding)) {
        const key = folder + entry.name.slice(0, -fileEnding.length)
        const found = key.startsWith(prefix) ? await stat(this.#pathOf(key)).catch(nullIfMissing) : null
        if (found !== null) yield { key, putAt: found.mtime }
      }
    }
  }

  #pathOf(key: string): string {
    assertKey(key)
    return join(this.#stored, `${key}${fileEnding}`)
  }

  /** The folders of a stored file below the root, the deepest first. */
  #foldersOf(target: string): string[] {
    const parts = relative(this.#stored, dirname(target)).split('/').filter(Boolean)
    return parts.map((_, index) => join(this.#stored, ...parts.slice(0, parts.length - index)))
  }
}

/** Afterwards the bytes of the file are on the disk. Its time becomes that of the put. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    const now = new Date()
    await file.chmod(0o600)
    await file.utimes(now, now)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Afterwards the names in the folder are on the disk. A folder that is gone has none. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(nullIfMissing)
  try {
    await folder?.sync()
  } finally {
    await folder?.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
