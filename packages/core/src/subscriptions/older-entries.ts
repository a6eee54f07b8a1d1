import { isUnavailable } from '@deskbell/db/database-error'
import type { ChatChannel } from './channel/chat-channel.ts'
import type { SizedEntry } from './channel/ring.ts'

const retryMs = 500

/**
 * Reads entries that a follower needs and the ring no longer has from the database, one page at a time.
 * While the database is away, the stream stays open and the read is retried.
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

  /** Returns the page that was read, once; null if there is none. Throws the error of a read that cannot be retried. */
  take(): SizedEntry[] | null {
    if (this.#failure !== null) throw this.#failure.cause
    const page = this.#page
    this.#page = null
    return page !== null && page.length > 0 ? page : null
  }

  /** Starts to read the entries after a place, unless a read is running, and wakes the stream afterwards. */
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
