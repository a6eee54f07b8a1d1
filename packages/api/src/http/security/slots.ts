import { AppError } from '@deskbell/contract/errors'

/** What is open at this moment by key, such as the sockets of a user: at most `max` of each. */
export class Slots {
  readonly #max: number
  readonly #what: string
  readonly #taken = new Map<number, number>()

  /** `what`: what there are too many of, for the error. */
  constructor(max: number, what: string) {
    this.#max = max
    this.#what = what
  }

  /** Throws `rate_limited` when the key has no slot left. */
  assertFree(key: number): void {
    if ((this.#taken.get(key) ?? 0) >= this.#max) {
      throw new AppError('rate_limited', { detail: `Too many ${this.#what}.` })
    }
  }

  /** Takes a slot until the returned function is called; that works only once. Throws like `assertFree`. */
  take(key: number): () => void {
    this.assertFree(key)
    this.#add(key, 1)
    let isTaken = true
    return () => {
      if (isTaken) this.#add(key, -1)
      isTaken = false
    }
  }

  #add(key: number, change: number): void {
    const count = (this.#taken.get(key) ?? 0) + change
    if (count > 0) this.#taken.set(key, count)
    else this.#taken.delete(key)
  }
}
