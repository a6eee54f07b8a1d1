const base = 1.04
const floorMs = 0.05

export type HistogramCounts = readonly (readonly [bucket: number, count: number])[]

/** Counts delays in buckets that grow by 4 %: any number of them in little memory, and joined over processes. */
export class DelayHistogram {
  readonly #counts = new Map<number, number>()

  add(ms: number, count = 1): void {
    const bucket = Math.round(Math.log(Math.max(ms, floorMs) / floorMs) / Math.log(base))
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
  }

  join(counts: HistogramCounts): void {
    for (const [bucket, count] of counts) this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** The delay that a share of all does not exceed; null without any. */
  quantile(share: number): number | null {
    let left = Math.ceil(this.count * share)
    for (const [bucket, count] of this.toCounts()) {
      left -= count
      if (left <= 0) return floorMs * base ** bucket
    }
    return null
  }

  toCounts(): HistogramCounts {
    return [...this.#counts].sort(([a], [b]) => a - b)
  }
}
