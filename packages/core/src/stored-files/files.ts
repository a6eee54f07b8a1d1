import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@deskbell/contract/errors'
import type { Database } from '@deskbell/db/database'
import type { FileRow } from '@deskbell/db/queries/files/attachments'
import { type FinishedFile, findFile, finishUpload } from '@deskbell/db/queries/files/uploads'
import { type Inspection, type Inspector, InspectorBusyError } from '@deskbell/files/inspection/inspector'
import type { FileStorage } from '@deskbell/files/storage/file-storage'
import { overloaded } from '../app-error.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { fileKey, partKey, thumbnailKey } from './file-keys.ts'
import { FileSweeper } from './file-sweeper.ts'

export type FileLimits = {
  /** All files together, as announced. */
  readonly bytesMax: number
  /** What must stay free on the disk of the store. */
  readonly freeBytesMin: number
}

export type FilesOptions = { storage: FileStorage; inspector: Inspector; limits: FileLimits }

/** The bytes of files: where they are stored, what they are, and when they go. */
export class Files {
  readonly storage: FileStorage
  readonly limits: FileLimits
  readonly sweeper: FileSweeper
  readonly #db: Database
  readonly #log: Logger
  readonly #inspector: Inspector
  /** Of one upload by several requests at once. */
  readonly #finishing = new Map<string, Promise<FileRow>>()
  /** What a stop waits for. */
  readonly #running = new Set<Promise<unknown>>()

  constructor(deps: FilesOptions & { db: Database; log: Logger; clock: Clock }) {
    this.storage = deps.storage
    this.limits = deps.limits
    this.#db = deps.db
    this.#log = deps.log
    this.#inspector = deps.inspector
    this.sweeper = new FileSweeper({ ...deps, remove: (id) => this.#remove(id) })
  }

  start(): void {
    this.sweeper.start()
  }

  async stop(): Promise<void> {
    await this.sweeper.stop()
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }

  /**
   * Puts the parts of an upload together and looks at what it is. Returns the row, which is `ready` or `refused` then.
   * Throws `unavailable` where that is not possible now; it may be called again, here and in other processes.
   */
  finish(file: FileRow): Promise<FileRow> {
    const running = this.#finishing.get(file.id)
    if (running !== undefined) return running
    const finishing = this.track(this.#finish(file)).finally(() => this.#finishing.delete(file.id))
    this.#finishing.set(file.id, finishing)
    return finishing
  }

  /** Removes the bytes of files that have no row any more. The sweep removes what stays behind. */
  discard(ids: readonly string[]): void {
    for (const id of ids) {
      this.track(this.#remove(id)).catch((err: unknown) => this.#log.debug({ err }, 'bytes of a file stay for now'))
    }
  }

  /** Throws `quota_exceeded` where a file of this length would leave too little of the disk. */
  async requireDisk(length: number): Promise<void> {
    const free = await this.storage.freeBytes()
    if (free !== null && free - length < this.limits.freeBytesMin) throw new AppError('quota_exceeded')
  }

  /** A stop waits for this work. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }

  async #finish(file: FileRow): Promise<FileRow> {
    const { storage } = this
    const path = join(storage.tempFolder, `${file.id}-${randomBytes(6).toString('hex')}`)
    const made: string[] = [path]
    try {
      const isWhole = await this.#assemble(file, path)
      // Another process has finished it and removed the parts.
      if (!isWhole) return await this.#reread(file)
      const inspection = await this.#inspect(file, path)
      if (inspection.kind === 'image') made.push(inspection.path, inspection.thumbnail.path)
      const finished = await this.#store(file, path, inspection)
      const row = await finishUpload(this.#db.orm, { id: file.id, finished })
      if (row === undefined || row.state === 'refused') await this.#remove(file.id)
      else await Promise.all(file.parts.map((part) => storage.remove(partKey(file.id, part))))
      return row ?? { ...file, state: 'refused' }
    } finally {
      await Promise.all(made.map((each) => rm(each, { force: true })))
    }
  }

  async #reread(file: FileRow): Promise<FileRow> {
    const row = await findFile(this.#db.orm, file.id)
    if (row === undefined || row.state === 'receiving') throw overloaded()
    return row
  }

  /** Returns false if a part is missing. */
  async #assemble({ id, parts }: FileRow, path: string): Promise<boolean> {
    await pipeline(Readable.from([]), createWriteStream(path, { mode: 0o600 }))
    for (const part of parts) {
      const bytes = await this.storage.read(partKey(id, part))
      if (bytes === null) return false
      await pipeline(bytes, createWriteStream(path, { flags: 'a' }))
    }
    return true
  }

  async #inspect({ name, claimedType }: FileRow, path: string): Promise<Inspection> {
    const claimed = { mediaType: claimedType, name }
    return this.#inspector.inspect({ path, outFolder: this.storage.tempFolder, claimed }).catch((error: unknown) => {
      throw error instanceof InspectorBusyError ? overloaded(error) : error
    })
  }

  async #store(
    { id }: FileRow,
    path: string,
    inspection: Inspection,
  ): Promise<Partial<FinishedFile> & Pick<FinishedFile, 'state'>> {
    if (inspection.kind === 'unsupported') return { state: 'refused' }
    const source = inspection.kind === 'image' ? inspection.path : path
    const { mediaType } = inspection
    const [sha256, { size: bytes }] = await Promise.all([hashOf(source), stat(source)])
    await this.storage.put(fileKey(id), source)
    if (inspection.kind === 'download') return { state: 'ready', mediaType, bytes, sha256 }
    const { width, height, thumbHash, thumbnail } = inspection
    await this.storage.put(thumbnailKey(id), thumbnail.path)
    const ofThumbnail = { thumbnailType: thumbnail.mediaType, thumbnailBytes: thumbnail.bytes }
    return { state: 'ready', mediaType, bytes, sha256, width, height, thumbHash, ...ofThumbnail }
  }

  async #remove(id: string): Promise<void> {
    for (const prefix of [`files/${id}/`, `uploads/${id}/`]) {
      for await (const { key } of this.storage.list(prefix)) await this.storage.remove(key)
    }
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
