/** A stream that is written to: a connection, or the response of HTTP. */
export type WrittenStream = {
  /** Bytes that are queued. */
  readonly writableLength: number
  write(chunk: Uint8Array | string, onWritten?: () => void): boolean
}

/** Every so many writes, a callback reports how many have left. One for each write would cost a turn of the event loop. */
const reportEvery = 64

/**
 * Counts the writes that wait in the queue of a stream. Node counts only their bytes, but a write of a few bytes costs
 * some hundred bytes of memory. The count is at most 64 too high.
 */
export class QueuedWrites {
  readonly #stream: WrittenStream
  #total = 0
  /** Of all writes, so many are known to have left, and after so many the last report was requested. */
  #left = 0
  #reportedAt = 0

  constructor(stream: WrittenStream) {
    this.#stream = stream
  }

  get count(): number {
    return this.#stream.writableLength === 0 ? 0 : this.#total - this.#left
  }

  write(chunk: Uint8Array | string): void {
    if (this.#stream.writableLength === 0) this.#left = this.#total
    this.#total += 1
    if (this.#total - Math.max(this.#left, this.#reportedAt) < reportEvery) this.#stream.write(chunk)
    else this.#writeReported(chunk)
  }

  #writeReported(chunk: Uint8Array | string): void {
    const total = this.#total
    this.#reportedAt = total
    this.#stream.write(chunk, () => {
      this.#left = Math.max(this.#left, total)
    })
  }
}
