import type { Clock } from '../clock.ts'

const suspendedMs = 2_000

/**
 * Detects that the process was suspended (stopped, swapped out, a sleeping machine). The hub ticks every few hundred
 * milliseconds, so a gap of more than two seconds on either clock means that nothing ran.
 */
export class SuspensionDetector {
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
    return performance.now() - this.#steadyMs > suspendedMs || this.#clock.now().getTime() - this.#wallMs > suspendedMs
  }
}
