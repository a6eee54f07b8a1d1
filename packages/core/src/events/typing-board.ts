import type { UserId } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'

/** `until`: in milliseconds of the wall clock. */
export type Writer = { userId: UserId; role: Role; until: number }

/** Who writes in one chat. Merged by the latest end; whoever does not tell again is forgotten at it. */
export class TypingBoard {
  // Made when they are needed: of many followed chats, few are written in.
  #writers: Map<UserId, Writer & { version: number }> | null = null
  /** When somebody has sent, of the last moments: a word of typing from before that comes late. */
  #sent: Map<UserId, number> | null = null
  #version = 0

  /** Rises with every change. */
  get version(): number {
    return this.#version
  }

  /** A process whose clock is ahead does not make anybody write for longer. */
  merge(told: Writer, now: number): boolean {
    this.#writers ??= new Map()
    const writers = this.#writers
    for (const [userId, { until }] of writers) if (until <= now) writers.delete(userId)
    // The moment of a message is the database's: one that has yet to come says nothing.
    const sentAt = this.#sent?.get(told.userId) ?? Number.NEGATIVE_INFINITY
    if (sentAt <= now && told.until - typingShowMs <= sentAt) return false
    const until = Math.min(told.until, now + typingShowMs)
    if (until <= Math.max(now, writers.get(told.userId)?.until ?? 0)) return false
    this.#version += 1
    writers.set(told.userId, { ...told, until, version: this.#version })
    return true
  }

  /** Who has written to the end has sent a message, at this moment: no newcomer is told of it. */
  end(userId: UserId, at: number): void {
    this.#writers?.delete(userId)
    this.#sent ??= new Map()
    const sent = this.#sent
    for (const [sender, sentAt] of sent) if (sentAt <= at - typingShowMs) sent.delete(sender)
    sent.set(userId, at)
  }

  /** Who told after a version and still writes, oldest change first. */
  since(version: number, now: number): (Writer & { version: number })[] {
    return [...(this.#writers?.values() ?? [])]
      .filter((writer) => writer.version > version && writer.until > now)
      .sort((a, b) => a.version - b.version)
  }
}
