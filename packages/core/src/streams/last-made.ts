/** Keeps the last value that was made, for other callers with the same key. */
export class LastMade<T> {
  #at = -1
  #version = ''
  #made: T | undefined

  /** `at`: the caller's place in the log; `version`: everything else that the value depends on. */
  get(at: number, version: string, make: () => T): T {
    if (this.#at === at && this.#version === version && this.#made !== undefined) return this.#made
    const made = make()
    this.#at = at
    this.#version = version
    this.#made = made
    return made
  }
}
