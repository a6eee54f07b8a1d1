import { isUnavailable } from '@deskbell/db/database-error'
import type { ChatChannel } from './chat-channel.ts'
import type { SizedEntry } from './ring.ts'

const retryMs = 500

/**
 * What a follower needs that the ring no longer has, read from the database one page at a time.
 * A stream that runs outlives the database: it asks again until it is back.
 */
export class OlderEntries {
  readonly #channel: ChatChannel
  readonly #wake: () => void
  #reading = false
  #page: SizedEntry[] | null = null
  #failure: { cause: unknown } | null = null

  constructor(channel: ChatChannel, wake: () => void) {
    this.#channel = channel
    this.#wake = wake
  }

  /** The page that has come, once; null without one. Throws why it could not be read. */
  take(): SizedEntry[] | null {
    if (this.#failure !== null) throw this.#failure.cause
    const page = this.#page
    this.#page = null
    return page !== null && page.length > 0 ? page : null
  }

  /** Begins to read what comes after a place, unless that is under way, and wakes when it is here. */
  read(afterSeq: number): void {
    if (!this.#reading) void this.#read(afterSeq)
  }

  async #read(afterSeq: number): Promise<void> {
    this.#reading = true
    try {
      this.#page = await this.#channel.page(afterSeq)
    } catch (cause) {
      if (isUnavailable(cause)) await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      else this.#failure = { cause }
    }
    this.#reading = false
    this.#wake()
  }
}
