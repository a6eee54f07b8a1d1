import type { ChatId } from '@deskbell/contract/ids'
import { directionSchema } from '@deskbell/contract/messages'
import type { Database } from '@deskbell/db/database'
import { updateReadStatus } from '@deskbell/db/queries/read-status'
import type { Log } from '../log.ts'

const intervalMs = 1_000
const batchRows = 500

/**
 * Lets the column `messages.status` follow the read marks: at most once a second per chat, outside the chat's lock.
 * Answers never read the column, so a batch that is lost or late costs nothing; the next mark of the chat repeats it.
 */
export class ReadStatusFollower {
  readonly #db: Database
  readonly #log: Log
  readonly #waiting = new Set<ChatId>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: { db: Database; log: Log }) {
    this.#db = options.db
    this.#log = options.log
  }

  /** A mark of this chat has risen. Never blocks, never throws. */
  follow(chatId: ChatId): void {
    this.#waiting.add(chatId)
    this.#timer ??= setTimeout(() => void this.#flush(), intervalMs).unref()
  }

  /** Writes what is waiting, and resolves when it is written. */
  async stop(): Promise<void> {
    await this.#flush()
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const chatIds = [...this.#waiting]
    this.#waiting.clear()
    this.#running = this.#running.then(() => this.#update(chatIds))
    return this.#running
  }

  async #update(chatIds: ChatId[]): Promise<void> {
    for (const chatId of chatIds) {
      try {
        await this.#updateChat(chatId)
      } catch (error) {
        this.#log.warn({ err: error, chatId }, 'The read status of a chat could not be written.')
      }
    }
  }

  async #updateChat(chatId: ChatId): Promise<void> {
    for (const direction of directionSchema.options) {
      let changed = batchRows
      while (changed === batchRows) {
        changed = await updateReadStatus(this.#db.orm, { chatId, direction, limit: batchRows })
      }
    }
  }
}
