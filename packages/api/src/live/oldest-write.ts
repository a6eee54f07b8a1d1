/** A connection that is written to. */
export type WrittenConnection = {
  /** All bytes that were ever written, those that are queued included. */
  readonly bytesWritten: number
  /** Bytes that are queued. */
  readonly writableLength: number
}

/** Checks `OldestWrite`: the time that so many queued bytes may take to leave, in milliseconds. */
export type AllowedMs = (queuedBytes: number) => number

/**
 * Finds a peer that reads so slowly that what is queued for it hardly leaves. A peer that takes a few bytes now and then
 * looks alive to every limit on silence, and would hold its queue for ever. Check it from time to time.
 */
export class OldestWrite {
  /** When so many bytes have left, everything has that was queued at the time of the mark. */
  #mark = 0
  #dueAt = 0

  /** Reports whether something has been queued for longer than is allowed. */
  isOverdue({ bytesWritten, writableLength }: WrittenConnection, now: number, allowedMs: AllowedMs): boolean {
    if (bytesWritten - writableLength < this.#mark) return now >= this.#dueAt
    this.#mark = bytesWritten
    this.#dueAt = now + allowedMs(writableLength)
    return false
  }
}
