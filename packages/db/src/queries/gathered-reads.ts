type Batch<K, V> = { keys: Set<K>; rows: Promise<ReadonlyMap<K, V>> }

export type GatheredOptions<K, V> = {
  read: (keys: K[]) => Promise<ReadonlyMap<K, V>>
  /** Reads at once; what comes while they run is gathered. */
  atOnceMax?: number
  keysMax?: number
}

/**
 * Reads by key that share queries. Alone, a read goes at once. A thousand clients that come back together
 * would each make their own round trip; here those that come while others run become one query.
 *
 * Promise: a read sees everything that was committed before it was asked for.
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
    // From here on nobody may join: what is asked for later must be read later.
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
