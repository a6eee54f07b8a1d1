/**
 * Keeps each value for a fixed time, and at most `entriesMax` values. The values are in the order in which they were
 * set, which is the order in which they expire, so expired ones are removed without a search.
 */
export class ExpiringMap<K, V> {
  readonly #bounds: { keepMs: number; entriesMax: number }
  readonly #entries = new Map<K, { value: V; until: number }>()

  constructor(bounds: { keepMs: number; entriesMax: number }) {
    this.#bounds = bounds
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K, now: number): V | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.until > now ? entry.value : undefined
  }

  set(key: K, value: V, now: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: now + this.#bounds.keepMs })
    for (const [oldest, { until }] of this.#entries) {
      if (until > now && this.#entries.size <= this.#bounds.entriesMax) break
      this.#entries.delete(oldest)
    }
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }
}
