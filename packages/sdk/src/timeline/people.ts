import type { ChatFrame, LogEntry } from '@deskbell/contract/events'
import { forget, forgetAt, nobody, type PeopleState, takeEntries, takeFrame } from './people-state.ts'

/** Keeps who writes and who is here, and forgets in time. */
export class People {
  readonly #changed: () => void
  #state = nobody
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** A tab that stood still may look before the timer has run. */
  get state(): PeopleState {
    this.#state = forget(this.#state, performance.now())
    return this.#state
  }

  frame(frame: ChatFrame): void {
    this.#set(takeFrame(this.#state, frame, performance.now()))
  }

  entries(entries: readonly LogEntry[]): void {
    this.#set(takeEntries(this.#state, entries))
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#state = nobody
  }

  #set(state: PeopleState): void {
    if (state === this.#state) return
    this.#state = state
    clearTimeout(this.#timer)
    const at = forgetAt(state)
    if (at !== null) this.#timer = setTimeout(() => this.#set(forget(state, performance.now())), untilAfter(at))
    this.#changed()
  }
}

/** A timer leaves out parts of a millisecond, and one that ran too early would find nothing to forget. */
function untilAfter(at: number): number {
  return Math.ceil(at - performance.now()) + 1
}
