import type { UserId } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'

/** `until`: when the typing ends, in milliseconds since 1970. */
export type TypingUser = { userId: UserId; role: Role; until: number }

/** Which users are typing in one chat. Merging keeps the latest end. Typing that is not repeated ends at `until`. */
export class TypingState {
  // Created on first use: few of the followed chats have a user who is typing.
  #users: Map<UserId, TypingUser & { version: number }> | null = null
  /** When users last sent a message: a typing hint from before that may arrive later. */
  #sent: Map<UserId, number> | null = null
  #version = 0

  /** Increases with every change. */
  get version(): number {
    return this.#version
  }

  /** Returns false when nothing changed. The end is limited, so a sender whose clock is ahead does not prolong it. */
  merge(typing: TypingUser, now: number): boolean {
    this.#users ??= new Map()
    const users = this.#users
    for (const [userId, { until }] of users) if (until <= now) users.delete(userId)
    // The time of a message is from the database's clock. One in the future is ignored.
    const sentAt = this.#sent?.get(typing.userId) ?? Number.NEGATIVE_INFINITY
    if (sentAt <= now && typing.until - typingShowMs <= sentAt) return false
    const until = Math.min(typing.until, now + typingShowMs)
    if (until <= Math.max(now, users.get(typing.userId)?.until ?? 0)) return false
    this.#version += 1
    users.set(typing.userId, { ...typing, until, version: this.#version })
    return true
  }

  /** Ends the typing of a user who sent a message at this time, so that new followers do not receive it. */
  end(userId: UserId, at: number): void {
    this.#users?.delete(userId)
    this.#sent ??= new Map()
    const sent = this.#sent
    for (const [sender, sentAt] of sent) if (sentAt <= at - typingShowMs) sent.delete(sender)
    sent.set(userId, at)
  }

  /** The users whose typing changed after a version and has not ended, oldest change first. */
  since(version: number, now: number): (TypingUser & { version: number })[] {
    return [...(this.#users?.values() ?? [])]
      .filter((user) => user.version > version && user.until > now)
      .sort((a, b) => a.version - b.version)
  }
}
