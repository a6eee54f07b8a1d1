import type { ChatId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import { type ReadPlace, updateReadStatus } from '@deskbell/db/queries/read-status'
import type { Log } from '../log.ts'

const intervalMs = 1_000
/** Limits of one statement. */
const placesMax = 200
const rowsMax = 500
/** When so many chats wait, further marks are dropped. The next mark of the chat repeats them. */
const waitingMax = 10_000

/**
 * Updates the column `messages.status` when read marks have risen. A run starts a second after a mark, and updates many
 * chats in one statement, outside their locks. No answer reads the column, so a lost or late update does no harm; the
 * next mark of the chat repeats it.
 */
export class ReadStatusWriter {
  readonly #db: Database
  readonly #log: Log
  readonly #waiting = new Map<string, ReadPlace>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | null = null

  constructor(options: { db: Database; log: Log }) {
    this.#db = options.db
    this.#log = options.log
  }

  /** The read mark of a user of this role has risen. Never blocks, never throws. */
  follow(chatId: ChatId, reader: Role): void {
    this.#add({ chatId, reader })
    this.#schedule()
  }

  /** Writes what waits, and resolves when that is written or has failed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#running
    await this.#writeAll()
  }

  #add(place: ReadPlace): void {
    if (this.#waiting.size < waitingMax) this.#waiting.set(`${place.reader} ${place.chatId}`, place)
  }

  /** Marks that rise during a run are written by the same run, so it schedules nothing. */
  #schedule(): void {
    if (this.#running !== null || this.#waiting.size === 0) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#running = this.#writeAll().finally(() => {
        this.#running = null
        this.#schedule()
      })
    }, intervalMs).unref()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      const keys = [...this.#waiting.keys()].slice(0, placesMax)
      const places = keys.flatMap((key) => this.#waiting.get(key) ?? [])
      for (const key of keys) this.#waiting.delete(key)
      try {
        for (const place of await updateReadStatus(this.#db.orm, { places, rowsMax })) this.#add(place)
      } catch (error) {
        this.#log.warn({ err: error, chats: places.length }, 'The read status of chats could not be written.')
      }
    }
  }
}
