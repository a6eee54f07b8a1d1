/** Keeps the last thing that was made, for the others who ask for the same. */
export class LastMade<T> {
  #key: string | null = null
  #made: T | undefined

  get(key: string, make: () => T): T {
    if (this.#key === key && this.#made !== undefined) return this.#made
    const made = make()
    this.#key = key
    this.#made = made
    return made
  }
}
