const keysMax = 10_000

/** The last number that was sent for each key. Beyond a limit the oldest key is dropped: a row may be sent twice. */
export class SentNumbers<K> {
  readonly #numbers = new Map<K, number>()

  has(key: K, number: number): boolean {
    return (this.#numbers.get(key) ?? -1) >= number
  }

  set(key: K, number: number): void {
    this.#numbers.delete(key)
    this.#numbers.set(key, number)
    if (this.#numbers.size <= keysMax) return
    for (const oldest of this.#numbers.keys()) {
      this.#numbers.delete(oldest)
      break
    }
  }

  clear(): void {
    this.#numbers.clear()
  }
}
