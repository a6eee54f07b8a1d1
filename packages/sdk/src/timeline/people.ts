import type { ChatFrame, LogEntry } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import { typingRepeatMs, typingShowMs } from '@deskbell/contract/limits'
import type { Timeline } from './timeline.ts'

/** Keeps who is typing and who is online, and expires typing in time. */
export class People {
  readonly #changed: () => void
  #state = nobody
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** A tab that was suspended may read it before the timer has fired. */
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

/** A timer drops fractions of a millisecond, and one that fired too early would find nothing to expire. */
function untilAfter(at: number): number {
  return Math.ceil(at - performance.now()) + 1
}

/** Who is typing and who is online. Not part of the log: it has no `seq` and is never stored, and typing expires. */
export type PeopleState = {
  readonly typing: Timeline['typing']
  /** When the typing of each user expires, by this program's monotonic clock: the server's may be wrong. */
  readonly untilMs: ReadonlyMap<UserId, number>
  readonly presence: Timeline['presence']
}

export const nobody: PeopleState = { typing: [], untilMs: new Map(), presence: null }

/** Applies a `typing` or `presence` frame. */
export function takeFrame(people: PeopleState, frame: ChatFrame, nowMs: number): PeopleState {
  if (frame.t === 'typing') {
    const { userId, role } = frame
    const untilMs = new Map(people.untilMs).set(userId, nowMs + typingShowMs)
    const typing = people.untilMs.has(userId) ? people.typing : [...people.typing, { userId, role }]
    return { ...people, typing, untilMs }
  }
  if (frame.t !== 'presence') return people
  return { ...people, presence: { online: frame.clientOnline, seenAt: frame.clientSeenAt } }
}

/** A message ends the typing of its author. */
export function takeEntries(people: PeopleState, entries: readonly LogEntry[]): PeopleState {
  const authors = new Set(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.userId] : [])))
  return keepTyping(people, (userId) => !authors.has(userId))
}

/** Ends the typing of users who were not reported for long enough. */
export function forget(people: PeopleState, nowMs: number): PeopleState {
  return keepTyping(people, (_, untilMs) => untilMs > nowMs)
}

/** When `forget` has something to do; null while nobody is typing. */
export function forgetAt({ untilMs }: PeopleState): number | null {
  return untilMs.size === 0 ? null : Math.min(...untilMs.values())
}

function keepTyping(people: PeopleState, stays: (userId: UserId, untilMs: number) => boolean): PeopleState {
  const untilMs = new Map([...people.untilMs].filter(([userId, until]) => stays(userId, until)))
  if (untilMs.size === people.untilMs.size) return people
  return { ...people, untilMs, typing: people.typing.filter(({ userId }) => untilMs.has(userId)) }
}

/** Reports typing: at the first keystroke, and again while it continues, but not at every one. */
export class TypingNotice {
  readonly #tell: () => void
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(tell: () => void) {
    this.#tell = tell
  }

  keystroke(): void {
    const now = performance.now()
    if (now - this.#toldAt < typingRepeatMs) return
    this.#toldAt = now
    this.#tell()
  }

  /** A message was sent, which ends the typing that others see: the next keystroke is reported at once. */
  sent(): void {
    this.#toldAt = Number.NEGATIVE_INFINITY
  }
}
