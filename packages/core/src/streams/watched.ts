/** One watch of a value. `current` returns null until the first read. `leave` may be called more than once. */
export type Watch<T> = { current(): T | null; leave(): void }

/** A value that is read from the database while it is watched. */
export class Watched<T> {
  /** True when the value must be read again. */
  isStale = true
  #value: T | null = null
  readonly #wakes = new Set<{ wake: () => void }>()

  get isWatched(): boolean {
    return this.#wakes.size > 0
  }

  /** When the last watch ends, the value is dropped, because it is no longer kept up to date. */
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

  /** Keeps the object if the value is equal, so watchers can compare by identity. */
  set(value: T): void {
    if (!this.isWatched || JSON.stringify(value) === JSON.stringify(this.#value)) return
    this.#value = value
    for (const { wake } of this.#wakes) wake()
  }
}
