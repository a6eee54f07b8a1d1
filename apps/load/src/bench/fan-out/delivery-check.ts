type Follower = {
  /** What was said before it came. A reader that gets that, too, has not got it twice. */
  readonly before: number
  /** Up to here it has everything. */
  whole: number
  /** What came before something smaller did: calls of one socket run at once, so they may overtake each other. */
  readonly ahead: Set<number>
}

/** Has every follower got every message once? Messages are numbered from 1, for all followers alike. */
export class DeliveryCheck {
  readonly #followers: Follower[] = []
  #delivered = 0
  #doubled = 0

  /** Returns the follower's own number. */
  addFollower(before: number): number {
    return this.#followers.push({ before, whole: before, ahead: new Set() }) - 1
  }

  /** False when it was said before the follower came. */
  take(follower: number, nr: number): boolean {
    const state = this.#followers[follower]
    if (state === undefined || nr <= state.before) return false
    this.#delivered += 1
    if (nr <= state.whole || state.ahead.has(nr)) this.#doubled += 1
    else if (nr > state.whole + 1) state.ahead.add(nr)
    else state.whole = nr
    while (state.ahead.size > 0 && state.ahead.delete(state.whole + 1)) state.whole += 1
    return true
  }

  get delivered(): number {
    return this.#delivered
  }

  /** Null when all is well, so far as messages up to this number go. */
  complaint(lastNr: number): string | null {
    const missing = this.#followers.filter(({ whole }) => whole < lastNr).length
    if (missing + this.#doubled === 0) return null
    return `${missing} followers miss something, ${this.#doubled} messages came again`
  }
}
