import type { ChatId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { Database } from '@deskbell/db/database'
import { type ReadPlace, updateReadStatus } from '@deskbell/db/queries/messages/read-status'
import { Gathering } from '@deskbell/timing/gathering'
import type { Logger } from '../logger.ts'

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
  readonly #log: Logger
  readonly #waiting = new Map<string, ReadPlace>()
  /** Marks that rise during a run are written by the next one. */
  readonly #writes = new Gathering({ run: () => this.#write(), delayMs: intervalMs })

  constructor(options: { db: Database; log: Logger }) {
    this.#db = options.db
    this.#log = options.log
  }

  /** The read mark of a user of this role has risen. Never blocks, never throws. */
  follow(chatId: ChatId, reader: Role): void {
    this.#add({ chatId, reader })
  }

  /** Writes what waits, and resolves when that is written or has failed. */
  async stop(): Promise<void> {
    while (this.#waiting.size > 0) await this.#writes.flush()
    await this.#writes.stop()
  }

  #add(place: ReadPlace): void {
    if (this.#waiting.size >= waitingMax) return
    this.#waiting.set(`${place.reader} ${place.chatId}`, place)
    this.#writes.request()
  }

  /** Writes what waits now. */
  async #write(): Promise<void> {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (let from = 0; from < waiting.length; from += placesMax) {
      const places = waiting.slice(from, from + placesMax)
      try {
        for (const place of await updateReadStatus(this.#db.orm, { places, rowsMax })) this.#add(place)
      } catch (error) {
        this.#log.warn({ err: error, chats: places.length }, 'The read status of chats could not be written.')
      }
    }
  }
}
