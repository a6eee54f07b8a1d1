/** Keeps the last value that was made, for other callers with the same key. */
export class LastValueCache<T> {
  #at = -1
  #version = ''
  #value: T | undefined

  /** `at`: the caller's place in the log; `version`: everything else that the value depends on. */
  get(at: number, version: string, create: () => T): T {
    if (this.#at === at && this.#version === version && this.#value !== undefined) return this.#value
    const value = create()
    this.#at = at
    this.#version = version
    this.#value = value
    return value
  }
}
