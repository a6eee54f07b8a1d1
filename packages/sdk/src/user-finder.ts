import type { UserId } from '@deskbell/contract/ids'
import { type Pause, pause } from './connection/pause.ts'
import { retryDelayMs } from './connection/retry-delay.ts'
import { errorCode, mayReadAgain } from './error-code.ts'

export type UserFinderOptions = {
  ask(): Promise<UserId>
  onFound(userId: UserId): void
  random(): number
}

/** Finds out who the user of the session is: asks until the server tells, or says that there is no session. */
export class UserFinder {
  readonly #options: UserFinderOptions
  #pause: Pause | undefined
  #isAsking = false
  #stopped = false

  constructor(options: UserFinderOptions) {
    this.#options = options
  }

  find(): void {
    if (!this.#isAsking) void this.#ask()
  }

  /** The line is back: there is no reason to wait for the next attempt. */
  hurry(): void {
    this.#pause?.cut()
  }

  stop(): void {
    this.#stopped = true
    this.#pause?.cut()
  }

  async #ask(): Promise<void> {
    this.#isAsking = true
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      const answer = await this.#options.ask().catch((error: unknown) => ({ code: errorCode(error) }))
      if (this.#stopped) return
      if (typeof answer === 'number') this.#options.onFound(answer)
      if (typeof answer === 'number' || !mayReadAgain(answer.code)) break
      this.#pause = pause(retryDelayMs(attempt, this.#options.random))
      await this.#pause.over
    }
    this.#isAsking = false
  }
}
