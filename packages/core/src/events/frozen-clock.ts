import type { Clock } from '../clock.ts'

const frozenMs = 2_000

/**
 * Notices that the process stood still (stopped, swapped out, a suspended machine): its timer ticks every
 * few hundred milliseconds, so a gap of two seconds on either clock means that nothing ran.
 */
export class FrozenClock {
  readonly #clock: Clock
  #steadyMs = 0
  #wallMs = 0
  #started = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  tick(): void {
    this.#started = true
    this.#steadyMs = performance.now()
    this.#wallMs = this.#clock.now().getTime()
  }

  isStale(): boolean {
    if (!this.#started) return false
    return performance.now() - this.#steadyMs > frozenMs || this.#clock.now().getTime() - this.#wallMs > frozenMs
  }
}
