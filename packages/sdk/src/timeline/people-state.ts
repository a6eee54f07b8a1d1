import type { ChatFrame, LogEntry } from '@deskbell/contract/events'
import type { UserId } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import type { Timeline } from './timeline.ts'

/** Who writes and who is here. No part of the log: it has no place, is never stored, and is forgotten by time. */
export type PeopleState = {
  readonly typing: Timeline['typing']
  /** Until when each of them is shown, by this program's own monotonic clock: the server's may be wrong. */
  readonly untilMs: ReadonlyMap<UserId, number>
  readonly presence: Timeline['presence']
}

export const nobody: PeopleState = { typing: [], untilMs: new Map(), presence: null }

/** What a frame tells about people. */
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

/** Whoever has sent a message has stopped writing it. */
export function takeEntries(people: PeopleState, entries: readonly LogEntry[]): PeopleState {
  const authors = new Set(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.message.userId] : [])))
  return keepTyping(people, (userId) => !authors.has(userId))
}

/** Who was not told of for long enough writes no more. */
export function forget(people: PeopleState, nowMs: number): PeopleState {
  return keepTyping(people, (_, untilMs) => untilMs > nowMs)
}

/** When `forget` has something to do; null while nobody writes. */
export function forgetAt({ untilMs }: PeopleState): number | null {
  return untilMs.size === 0 ? null : Math.min(...untilMs.values())
}

function keepTyping(people: PeopleState, stays: (userId: UserId, untilMs: number) => boolean): PeopleState {
  const untilMs = new Map([...people.untilMs].filter(([userId, until]) => stays(userId, until)))
  if (untilMs.size === people.untilMs.size) return people
  return { ...people, untilMs, typing: people.typing.filter(({ userId }) => untilMs.has(userId)) }
}
