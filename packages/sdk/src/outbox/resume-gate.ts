/** One who shows the log of a chat, and tells how far it is. */
export type Watcher = {
  /** The log that is shown has everything that the server has, or will not get it. */
  resumed(): void
  /** It may lack entries. */
  lost(): void
  leave(): void
}

/** A log that does not come back for so long no longer keeps messages waiting: the server takes each only once anyway. */
const patienceMs = 5_000

/**
 * Resume first, then send: the log may show that a message is stored already. Open when nobody shows the log, when
 * somebody's has resumed, or when it takes too long.
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

  /** The log is shown up to its end, or nobody shows it. */
  get hasResumed(): boolean {
    return this.#watchers.size === 0 || [...this.#watchers.values()].includes(true)
  }

  /** To be asked when something wants to leave: from then on the time counts. */
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
