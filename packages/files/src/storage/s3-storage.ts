import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  assertKey,
  assertPrefix,
  assertRange,
  type ByteRange,
  type FileStorage,
  isKey,
  type StoredFile,
} from './file-storage.ts'
import { failureOf, type S3Access, S3Client } from './s3-client.ts'

export type S3Settings = S3Access & {
  /** Before every key: parts of `[A-Za-z0-9._-]`, separated by `/`. May be empty. */
  prefix: string
}

/**
 * Stores files in a bucket of an S3-compatible service, which is not asked before the first call. Local files that are
 * being received or made are in a folder of the system's temporary folder, which is removed with the storage.
 */
export async function openS3Storage(settings: S3Settings): Promise<FileStorage> {
  const parts = settings.prefix.split('/').filter(Boolean)
  if (!parts.every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))) {
    throw new TypeError('The prefix of the S3 storage may have letters, digits, dots, dashes and slashes only.')
  }
  const client = new S3Client(settings)
  const tempFolder = await mkdtemp(join(tmpdir(), 'deskbell-files-'))
  return new S3Storage(client, { tempFolder, prefix: parts.map((part) => `${part}/`).join('') })
}

class S3Storage implements FileStorage {
  readonly tempFolder: string
  readonly #client: S3Client
  readonly #prefix: string

  constructor(client: S3Client, { tempFolder, prefix }: { tempFolder: string; prefix: string }) {
    this.#client = client
    this.tempFolder = tempFolder
    this.#prefix = prefix
  }

  async put(key: string, path: string): Promise<void> {
    const name = this.#nameOf(key)
    // The service compares it with what has arrived, and refuses other bytes.
    const sha256 = createHash('sha256')
    await pipeline(createReadStream(path), sha256)
    const headers = { 'x-amz-content-sha256': sha256.digest('hex') }
    const request = { method: 'PUT', name, headers, body: await openAsBlob(path) } as const
    const answer = await this.#client.send(request)
    if (!answer.ok) throw await failureOf(request, answer)
    await answer.body?.cancel()
    await rm(path, { force: true })
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    if (range !== undefined) assertRange(range)
    const headers = range && { range: `bytes=${range.start}-${range.end}` }
    const request = { method: 'GET', name: this.#nameOf(key), ...(headers && { headers }) } as const
    const answer = await this.#client.send(request)
    if (answer.status === (range === undefined ? 200 : 206)) {
      const stream = answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body)
      // A connection may break before the caller listens. An error without a listener would end the process.
      return stream.on('error', () => undefined)
    }
    const failure = await failureOf(request, answer)
    if (failure.code === 'NoSuchKey') return null
    throw answer.status === 416 ? new RangeError(`${key} has fewer bytes than ${range?.start}`) : failure
  }

  async remove(key: string): Promise<void> {
    const request = { method: 'DELETE', name: this.#nameOf(key) } as const
    const answer = await this.#client.send(request)
    if (answer.ok) return await answer.body?.cancel()
    const failure = await failureOf(request, answer)
    if (failure.code !== 'NoSuchKey') throw failure
  }

  async *list(prefix: string): AsyncGenerator<StoredFile> {
    assertPrefix(prefix)
    const query = { 'list-type': '2', prefix: this.#prefix + prefix }
    let next: string | undefined
    do {
      const request = {
        method: 'GET',
        query: next === undefined ? query : { ...query, 'continuation-token': next },
      } as const
      const answer = await this.#client.send(request)
      if (!answer.ok) throw await failureOf(request, answer)
      const page = await answer.text()
      yield* this.#filesOf(page)
      next = elementOf(page, 'NextContinuationToken')
    } while (next !== undefined)
  }

  async freeBytes(): Promise<null> {
    return null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.tempFolder, { recursive: true, force: true })
  }

  /** Objects whose names are no keys are not ours. */
  *#filesOf(page: string): Generator<StoredFile> {
    for (const [, object = ''] of page.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
      const name = elementOf(object, 'Key') ?? ''
      const key = name.slice(this.#prefix.length)
      if (name.startsWith(this.#prefix) && isKey(key)) {
        yield { key, putAt: new Date(elementOf(object, 'LastModified') ?? '') }
      }
    }
  }

  #nameOf(key: string): string {
    assertKey(key)
    return this.#prefix + key
  }
}

/**
 * The text of an element. A parser for XML is not needed: what we look for has no elements within, and of names only those
 * in our own alphabet count. A continuation token may have any character, and so an entity.
 */
function elementOf(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml) ?? []
  return text?.replaceAll(/&(#?\w+);/g, (whole, entity: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(entity) ?? []
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
    return decimal === undefined ? (entities[entity] ?? whole) : String.fromCodePoint(Number(decimal))
  })
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
