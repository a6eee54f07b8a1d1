/** One watcher's view. `current` is null until the first look. `leave` may be called more than once. */
export type Watch<T> = { current(): T | null; leave(): void }

/** A value that is looked up while somebody watches it. */
export class Watched<T> {
  /** True when it is to be looked up again. */
  isStale = true
  #value: T | null = null
  readonly #wakes = new Set<{ wake: () => void }>()

  get isWatched(): boolean {
    return this.#wakes.size > 0
  }

  /** The last one who leaves takes the value along: nobody keeps it up to date any more. */
  watch(wake: () => void): Watch<T> {
    const watcher = { wake }
    this.#wakes.add(watcher)
    return {
      current: () => this.#value,
      leave: () => {
        this.#wakes.delete(watcher)
        if (this.isWatched) return
        this.#value = null
        this.isStale = true
      },
    }
  }

  /** An equal value stays the same object, so that watchers compare it by identity. */
  set(value: T): void {
    if (!this.isWatched || JSON.stringify(value) === JSON.stringify(this.#value)) return
    this.#value = value
    for (const { wake } of this.#wakes) wake()
  }
}
