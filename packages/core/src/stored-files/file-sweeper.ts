import { orphanFileMs, sweepFilesMs, sweepFilesRowsMax } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { deleteExpiredUploads, findKnownFiles } from '@deskbell/db/queries/files/uploads'
import { findAvatars } from '@deskbell/db/queries/users/avatars'
import type { FileStorage } from '@deskbell/files/storage/file-storage'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { avatarOf, fileIdOf, type KeyPrefix, keyPrefixes } from './file-keys.ts'

type Deps = {
  db: Database
  clock: Clock
  log: Logger
  storage: FileStorage
  remove(id: string): Promise<void>
}

/**
 * Removes, every hour, uploads that no message has used in time, and bytes that belong to nothing: of a process that was
 * killed, or of a file whose removal failed.
 */
export class FileSweeper {
  readonly #deps: Deps
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined
  #isStopped = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sweeping ??= this.sweep()
        .then(() => undefined)
        .catch((err: unknown) => this.#deps.log.debug({ err }, 'the sweep of files failed'))
        .finally(() => {
          this.#sweeping = undefined
        })
    }, sweepFilesMs).unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#sweeping
  }

  /** Returns how many uploads have expired, and how many keys belonged to nothing. */
  async sweep(): Promise<{ expired: number; orphans: number }> {
    const expired = await this.#removeExpired()
    let orphans = 0
    for (const prefix of keyPrefixes) orphans += await this.#removeOrphans(prefix)
    return { expired, orphans }
  }

  async #removeExpired(): Promise<number> {
    const { db, clock, remove } = this.#deps
    for (let all = 0; ; ) {
      const ids = await deleteExpiredUploads(db.orm, { now: clock.now(), rowsMax: sweepFilesRowsMax })
      for (const id of ids) await remove(id)
      all += ids.length
      if (ids.length < sweepFilesRowsMax || this.#isStopped) return all
    }
  }

  async #removeOrphans(prefix: KeyPrefix): Promise<number> {
    const { storage, clock } = this.#deps
    // What is younger may belong to a row that is about to be written.
    const before = clock.now().getTime() - orphanFileMs
    let removed = 0
    let batch: string[] = []
    const removeBatch = async () => {
      for (const key of await (prefix === 'avatars/' ? this.#avatarsWithoutRow(batch) : this.#withoutRow(batch))) {
        await storage.remove(key)
        removed += 1
      }
      batch = []
    }
    for await (const { key, putAt } of storage.list(prefix)) {
      if (this.#isStopped) return removed
      if (putAt.getTime() < before) batch.push(key)
      if (batch.length === sweepFilesRowsMax) await removeBatch()
    }
    await removeBatch()
    return removed
  }

  /** Parts are kept for files that are being received. */
  async #withoutRow(keys: readonly string[]): Promise<string[]> {
    const ids = [...new Set(keys.flatMap((key) => fileIdOf(key) ?? []))]
    const known = new Map((await findKnownFiles(this.#deps.db.orm, ids)).map(({ id, state }) => [id, state]))
    return keys.filter((key) => {
      const state = known.get(fileIdOf(key) ?? '')
      return key.startsWith('uploads/') ? state !== 'receiving' : state === undefined
    })
  }

  async #avatarsWithoutRow(keys: readonly string[]): Promise<string[]> {
    const userIds = [...new Set(keys.flatMap((key) => avatarOf(key)?.userId ?? []))]
    const rows = await findAvatars(this.#deps.db.orm, userIds)
    const known = new Map<number, string | null>(rows.map(({ userId, avatarId }) => [userId, avatarId]))
    return keys.filter((key) => {
      const avatar = avatarOf(key)
      return avatar === undefined || known.get(avatar.userId) !== avatar.avatarId
    })
  }
}
