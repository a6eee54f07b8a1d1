/** Keeps the last thing that was made, for the others who ask for the same. */
export class LastMade<T> {
  #at = -1
  #version = ''
  #made: T | undefined

  /** `at`: the place of who asks; `version`: what else it depends on. */
  get(at: number, version: string, make: () => T): T {
    if (this.#at === at && this.#version === version && this.#made !== undefined) return this.#made
    const made = make()
    this.#at = at
    this.#version = version
    this.#made = made
    return made
  }
}
