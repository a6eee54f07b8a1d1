import { createHash, randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bus } from '@deskbell/bus/bus'
import { AppError } from '@deskbell/contract/errors'
import type { UserId } from '@deskbell/contract/ids'
import {
  avatarBytesMax,
  avatarFetchesMax,
  avatarFetchesWaitingMax,
  avatarFetchMs,
  avatarRedirectsMax,
} from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { lockChats } from '@deskbell/db/locks'
import { findChatsOf, touchChats } from '@deskbell/db/queries/chats/move-chats'
import { replaceAvatar, settleAvatarSource } from '@deskbell/db/queries/users/avatars'
import { inTransaction } from '@deskbell/db/transaction'
import { changedChatOf, publishChat } from '../log/publish-chat.ts'
import type { Logger } from '../logger.ts'
import { FetchRefusedError, fetchFile } from '../outgoing/fetch-file.ts'
import type { ReachableAddresses } from '../outgoing/reachable-addresses.ts'
import type { Avatars } from './avatars.ts'
import type { Files } from './files.ts'

type Deps = {
  db: Database
  bus: Bus
  log: Logger
  files: Files
  avatars: Avatars
  reachable: ReachableAddresses
  epoch(): string
}

/** A picture that is to be fetched. `userId`: of the client whose picture it is. */
export type AvatarFetch = { userId: UserId; url: string }

/** Names a URL in the database. */
export function hashOfUrl(url: string): string {
  return createHash('sha256').update(url).digest('hex')
}

/**
 * Fetches the pictures of clients that their own site names, a few at a time, and stores them as pictures of our own. Nobody
 * waits for it. Of too many, the later ones are fetched when their clients come again.
 */
export class AvatarFetches {
  readonly #deps: Deps
  readonly #waiting: AvatarFetch[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #stopped = new AbortController()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** One of a client that waits already takes the place of the former, so nobody fills the queue alone. */
  add(fetch: AvatarFetch): void {
    if (this.#stopped.signal.aborted) return
    const former = this.#waiting.findIndex(({ userId }) => userId === fetch.userId)
    if (former !== -1) {
      this.#waiting[former] = fetch
      return
    }
    if (this.#waiting.length >= avatarFetchesWaitingMax) {
      this.#deps.log.warn({ userId: fetch.userId }, 'A picture is not fetched now: too many wait')
      return
    }
    this.#waiting.push(fetch)
    if (this.#running.size >= avatarFetchesMax) return
    const running = this.#run().finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** The picture of a client has become another one, or none. `before`: the one that nobody has any more. */
  replaced(userId: UserId, before: string | null): void {
    const { avatars, files, log } = this.#deps
    avatars.discard(userId, before)
    files.track(this.#showAnew(userId)).catch((err: unknown) => log.debug({ err }, 'Lists show the picture of before'))
  }

  /** Ends what is running. It is fetched when its client comes again. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#waiting.length = 0
    await Promise.all(this.#running)
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#fetch(next)
      } catch (error) {
        await this.#failed(next, error)
      }
    }
  }

  async #fetch({ userId, url }: AvatarFetch): Promise<void> {
    const { files, avatars, reachable } = this.#deps
    const path = join(files.storage.tempFolder, `avatar-${randomUUID()}`)
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(avatarFetchMs)])
    try {
      await files.requireDisk(avatarBytesMax)
      await fetchFile(url, path, { reachable, bytesMax: avatarBytesMax, redirectsMax: avatarRedirectsMax, signal })
      const avatarId = await avatars.store(userId, path)
      const before = await this.#give({ userId, url, avatarId }).catch((error: unknown) => {
        avatars.discard(userId, avatarId)
        throw error
      })
      this.replaced(userId, before)
    } finally {
      await rm(path, { force: true })
    }
  }

  /** Returns the name of the picture of before. */
  async #give({ userId, url, avatarId }: AvatarFetch & { avatarId: string }): Promise<string | null> {
    return await inTransaction(this.#deps.db, async (tx) => {
      const change = await replaceAvatar(tx, { userId, avatarId })
      // Another URL was named meanwhile, or none, or the client is no more.
      const isWanted = await settleAvatarSource(tx, { userId, urlHash: hashOfUrl(url), state: 'stored' })
      if (change === undefined || !isWanted) throw new NotWantedError()
      return change.before
    })
  }

  /** Shows the chats of a client anew in every list, with another picture or without one. */
  async #showAnew(userId: UserId): Promise<void> {
    const changed = await inTransaction(this.#deps.db, async (tx) => {
      const chatIds = await findChatsOf(tx, [userId])
      const locked = await lockChats(tx, chatIds)
      await touchChats(tx, chatIds)
      return locked
    })
    for (const chat of changed)
      publishChat(this.#deps, changedChatOf(chat, { rev: chat.rev + 1, lastSeq: chat.lastSeq }), [])
  }

  async #failed({ userId, url }: AvatarFetch, error: unknown): Promise<void> {
    const { log, db } = this.#deps
    if (error instanceof NotWantedError || this.#stopped.signal.aborted) return
    const isFinal =
      error instanceof FetchRefusedError || (error instanceof AppError && error.code === 'unsupported_file')
    log.info(
      { userId, url: withoutQuery(url), reason: reasonOf(error), isFinal },
      'The picture of a client was not fetched',
    )
    if (!isFinal) return
    const settled = settleAvatarSource(db.orm, { userId, urlHash: hashOfUrl(url), state: 'refused' })
    await settled.catch((err: unknown) => log.debug({ err }, 'A refused picture will be fetched again'))
  }
}

class NotWantedError extends Error {}

const urlCharsShown = 200

/** A query may contain a secret, and so may a fragment. */
function withoutQuery(url: string): string {
  const { origin = '', pathname = '' } = URL.parse(url) ?? {}
  return `${origin}${pathname}`.slice(0, urlCharsShown)
}

/** Messages of the system name addresses, so only the code is written. */
function reasonOf(error: unknown): string {
  if (error instanceof FetchRefusedError || error instanceof AppError) return error.message
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
