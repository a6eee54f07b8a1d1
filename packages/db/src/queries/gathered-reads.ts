type Batch<K, V> = { keys: Set<K>; rows: Promise<ReadonlyMap<K, V>> }

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
  readonly #atOnceMax: number
  readonly #keysMax: number
  readonly #turns: (() => void)[] = []
  #running = 0
  #next: Batch<K, V> | null = null

  constructor({ read, atOnceMax = 4, keysMax = 200 }: GatheredOptions<K, V>) {
    this.#read = read
    this.#atOnceMax = atOnceMax
    this.#keysMax = keysMax
  }

  async get(key: K): Promise<V | undefined> {
    if (this.#next !== null && this.#next.keys.size >= this.#keysMax) this.#next = null
    this.#next ??= this.#open()
    const { keys, rows } = this.#next
    keys.add(key)
    return (await rows).get(key)
  }

  #open(): Batch<K, V> {
    const keys = new Set<K>()
    return { keys, rows: this.#run(keys) }
  }

  async #run(keys: Set<K>): Promise<ReadonlyMap<K, V>> {
    await this.#turn()
    // No later read may join this query: it could miss what was committed meanwhile.
    if (this.#next?.keys === keys) this.#next = null
    try {
      return await this.#read([...keys])
    } finally {
      this.#running -= 1
      this.#turns.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= this.#atOnceMax) await new Promise<void>((resolve) => this.#turns.push(resolve))
    this.#running += 1
  }
}
