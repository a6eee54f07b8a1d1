import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import { avatarSide } from '@deskbell/contract/limits'
import { type Inspector, InspectorBusyError } from '@deskbell/files/inspection/inspector'
import { overloaded } from '../app-error.ts'
import type { Logger } from '../logger.ts'
import { avatarKey, newFileId } from './file-keys.ts'
import type { Files } from './files.ts'

/** The media type of every picture, which we have made. */
export const avatarType = 'image/webp'

type Deps = { files: Files; inspector: Inspector; log: Logger }

/** The bytes of the pictures of people. The row of a user names the stored one; others are removed by the sweep. */
export class Avatars {
  readonly #files: Files
  readonly #inspector: Inspector
  readonly #log: Logger

  constructor({ files, inspector, log }: Deps) {
    this.#files = files
    this.#inspector = inspector
    this.#log = log
  }

  /**
   * Makes a picture of a received file and stores it. Returns its name for the row of the user. Throws `unsupported_file`
   * for what is no image, and `unavailable` where it cannot be looked at now.
   */
  async store(userId: UserId, path: string): Promise<string> {
    const { storage } = this.#files
    const input = { path, outFolder: storage.tempFolder, side: avatarSide }
    const made = await this.#inspector.crop(input).catch((error: unknown) => {
      throw error instanceof InspectorBusyError ? overloaded(error) : error
    })
    if (made === null) throw new AppError('unsupported_file')
    try {
      const avatarId = newFileId()
      await storage.put(avatarKey(userId, avatarId), made.path)
      return avatarId
    } finally {
      await rm(made.path, { force: true })
    }
  }

  async read(userId: UserId, avatarId: string): Promise<Readable> {
    const key = avatarKey(userId, avatarId)
    const bytes = await this.#files.storage.read(key)
    if (bytes === null) throw new Error(`The store has no ${key}.`)
    return bytes
  }

  /** Removes a picture that no row names any more. What stays behind is removed by the sweep. */
  discard(userId: UserId, avatarId: string | null): void {
    if (avatarId === null) return
    this.#files
      .track(this.#files.storage.remove(avatarKey(userId, avatarId)))
      .catch((err: unknown) => this.#log.debug({ err }, 'the bytes of a picture stay for now'))
  }
}
