/** A view of a chat's log, which reports how far it is. */
export type Watcher = {
  /** The shown log has everything that the server has, or has failed. */
  resumed(): void
  /** The shown log may lack entries. */
  lost(): void
  leave(): void
}

/** A log that does not resume for so long no longer delays sending: the server stores each message only once anyway. */
const patienceMs = 5_000

/**
 * Resume first, then send: the log may show that a message is already stored. The gate is open when no log is shown,
 * when one has resumed, or when that takes too long.
 */
export class ResumeGate {
  readonly #onOpen: () => void
  readonly #watchers = new Map<object, boolean>()
  #patience: ReturnType<typeof setTimeout> | undefined
  #isTooLong = false

  constructor(onOpen: () => void) {
    this.#onOpen = onOpen
  }

  get isWatched(): boolean {
    return this.#watchers.size > 0
  }

  /** Reports whether a shown log has resumed, or none is shown. */
  get hasResumed(): boolean {
    return this.#watchers.size === 0 || [...this.#watchers.values()].includes(true)
  }

  /** Reports whether messages may be sent. The first call while it is closed starts the timeout. */
  get isOpen(): boolean {
    if (this.hasResumed || this.#isTooLong) return true
    this.#patience ??= setTimeout(() => {
      this.#isTooLong = true
      this.#onOpen()
    }, patienceMs)
    return false
  }

  watch(): Watcher {
    const key = {}
    this.#watchers.set(key, false)
    return {
      resumed: () => this.#tell(key, true),
      lost: () => this.#tell(key, false),
      leave: () => {
        this.#watchers.delete(key)
        if (this.hasResumed) this.#opened()
      },
    }
  }

  close(): void {
    clearTimeout(this.#patience)
  }

  #tell(key: object, isResumed: boolean): void {
    if (this.#watchers.get(key) === isResumed || !this.#watchers.has(key)) return
    this.#watchers.set(key, isResumed)
    if (isResumed) this.#opened()
  }

  #opened(): void {
    clearTimeout(this.#patience)
    this.#patience = undefined
    this.#isTooLong = false
    this.#onOpen()
  }
}
