import { Gathering } from '@deskbell/timing/gathering'

export type GatheredOptions<K, V> = {
  read: (keys: K[]) => Promise<ReadonlyMap<K, V>>
  /** So many queries may run at once. Reads that arrive while they run are gathered into the next query. Default: 4. */
  atOnceMax?: number
  keysMax?: number
}

/**
 * Reads rows by key, and lets reads share a query. A single read is sent at once. When a thousand clients reconnect
 * together, their reads become a few queries, and not a thousand round trips.
 *
 * A read sees everything that was committed before `get` was called.
 */
export class GatheredReads<K, V> {
  readonly #read: GatheredOptions<K, V>['read']
  readonly #keysMax: number
  readonly #queries: Gathering
  /** Keys of the next queries, in the order of arrival. */
  readonly #waiting = new Map<K, PromiseWithResolvers<V | undefined>>()

  constructor({ read, atOnceMax = 4, keysMax = 200 }: GatheredOptions<K, V>) {
    this.#read = read
    this.#keysMax = keysMax
    this.#queries = new Gathering({ run: () => this.#query(), runsMax: atOnceMax })
  }

  get(key: K): Promise<V | undefined> {
    const known = this.#waiting.get(key)
    if (known !== undefined) return known.promise
    const row = Promise.withResolvers<V | undefined>()
    this.#waiting.set(key, row)
    this.#queries.request()
    return row.promise
  }

  /** No later read may join this query: it could miss what was committed meanwhile. */
  async #query(): Promise<void> {
    const batch = [...this.#waiting].slice(0, this.#keysMax)
    for (const [key] of batch) this.#waiting.delete(key)
    if (this.#waiting.size > 0) this.#queries.request()
    try {
      const rows = await this.#read(batch.map(([key]) => key))
      for (const [key, { resolve }] of batch) resolve(rows.get(key))
    } catch (error) {
      for (const [, { reject }] of batch) reject(error)
    }
  }
}
