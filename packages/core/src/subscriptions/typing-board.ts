import type { UserId } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'

/** `until`: when the typing ends, in milliseconds since 1970. */
export type Writer = { userId: UserId; role: Role; until: number }

/** Which users are typing in one chat. Merging keeps the latest end. Typing that is not repeated ends at `until`. */
export class TypingBoard {
  // Created on first use: few of the followed chats have a user who is typing.
  #writers: Map<UserId, Writer & { version: number }> | null = null
  /** When users last sent a message: a typing hint from before that may arrive later. */
  #sent: Map<UserId, number> | null = null
  #version = 0

  /** Increases with every change. */
  get version(): number {
    return this.#version
  }

  /** Returns false when nothing changed. The end is limited, so a sender whose clock is ahead does not prolong it. */
  merge(told: Writer, now: number): boolean {
    this.#writers ??= new Map()
    const writers = this.#writers
    for (const [userId, { until }] of writers) if (until <= now) writers.delete(userId)
    // The time of a message is from the database's clock. One in the future is ignored.
    const sentAt = this.#sent?.get(told.userId) ?? Number.NEGATIVE_INFINITY
    if (sentAt <= now && told.until - typingShowMs <= sentAt) return false
    const until = Math.min(told.until, now + typingShowMs)
    if (until <= Math.max(now, writers.get(told.userId)?.until ?? 0)) return false
    this.#version += 1
    writers.set(told.userId, { ...told, until, version: this.#version })
    return true
  }

  /** Ends the typing of a user who sent a message at this time, so that new followers do not receive it. */
  end(userId: UserId, at: number): void {
    this.#writers?.delete(userId)
    this.#sent ??= new Map()
    const sent = this.#sent
    for (const [sender, sentAt] of sent) if (sentAt <= at - typingShowMs) sent.delete(sender)
    sent.set(userId, at)
  }

  /** The users whose typing changed after a version and has not ended, oldest change first. */
  since(version: number, now: number): (Writer & { version: number })[] {
    return [...(this.#writers?.values() ?? [])]
      .filter((writer) => writer.version > version && writer.until > now)
      .sort((a, b) => a.version - b.version)
  }
}
