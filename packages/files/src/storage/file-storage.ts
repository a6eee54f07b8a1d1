import type { Readable } from 'node:stream'

/** The bytes from `start` to `end`, both inclusive and counted from 0. An `end` after the last byte means the last byte. */
export type ByteRange = { start: number; end: number }

export type StoredFile = { key: string; putAt: Date }

/**
 * Stores files by key. Keys are one or more parts of `[a-z0-9_-]`, separated by `/`. We make them, users never do; another
 * key is a `TypeError`. All methods may be called at the same time, also by several processes on one store.
 */
export type FileStorage = AsyncDisposable & {
  /**
   * A local folder (0700) for files that are being received or made. On the disk of the store where it has one, so that
   * `put` is a rename. What nobody has changed for two days may be removed.
   */
  readonly tempFolder: string
  /**
   * Moves a local file of `tempFolder` into the store. When this resolves the bytes survive a power cut. An existing key
   * is replaced atomically: a reader gets the old bytes or the new ones, also when this rejects or the process is killed.
   */
  put(key: string, path: string): Promise<void>
  /**
   * A stream of the bytes, or null if there is no such key. Fails before it returns, not in the stream, where that can be
   * known; a `start` after the last byte is a `RangeError`. The caller reads the stream to its end or destroys
   * it. An error before the caller listens does no harm, and is there when it reads.
   */
  read(key: string, range?: ByteRange): Promise<Readable | null>
  /** Harmless if there is none. */
  remove(key: string): Promise<void>
  /**
   * All keys with this prefix, which may end within a part, in any order, with the time of the last put. Needs the memory
   * of at most a thousand keys. A key that is put or removed meanwhile may be listed or not.
   */
  list(prefix: string): AsyncIterable<StoredFile>
  /** What a put may still use. Null where it is unknown (S3). */
  freeBytes(): Promise<number | null>
}

export function isKey(text: string): boolean {
  return /^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/.test(text)
}

export function assertKey(key: string): void {
  if (!isKey(key)) throw new TypeError(`This is no key of a file: ${JSON.stringify(key)}`)
}

export function assertPrefix(prefix: string): void {
  if (!/^[a-z0-9/_-]*$/.test(prefix)) throw new TypeError(`No key begins with this: ${JSON.stringify(prefix)}`)
}

export function assertRange({ start, end }: ByteRange): void {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start
  if (!isRange) throw new RangeError(`This is no range of bytes: ${start}-${end}`)
}
