import type { UserId } from '@deskbell/contract/ids'
import { typingShowMs } from '@deskbell/contract/limits'
import type { Role } from '@deskbell/contract/users'

/** `until`: in milliseconds of the wall clock. */
export type Writer = { userId: UserId; role: Role; until: number }

/** Who writes in one chat. Merged by the latest end; whoever does not tell again is forgotten at it. */
export class TypingBoard {
  readonly #writers = new Map<UserId, Writer & { version: number }>()
  /** When somebody has sent, of the last moments: a word of typing from before that comes late. */
  readonly #sent = new Map<UserId, number>()
  #version = 0

  /** Rises with every change. */
  get version(): number {
    return this.#version
  }

  /** A process whose clock is ahead does not make anybody write for longer. */
  merge(told: Writer, now: number): boolean {
    for (const [userId, { until }] of this.#writers) if (until <= now) this.#writers.delete(userId)
    // The moment of a message is the database's: one that has yet to come says nothing.
    const sentAt = this.#sent.get(told.userId) ?? Number.NEGATIVE_INFINITY
    if (sentAt <= now && told.until - typingShowMs <= sentAt) return false
    const until = Math.min(told.until, now + typingShowMs)
    if (until <= Math.max(now, this.#writers.get(told.userId)?.until ?? 0)) return false
    this.#version += 1
    this.#writers.set(told.userId, { ...told, until, version: this.#version })
    return true
  }

  /** Who has written to the end has sent a message, at this moment: no newcomer is told of it. */
  end(userId: UserId, at: number): void {
    this.#writers.delete(userId)
    for (const [sender, sentAt] of this.#sent) if (sentAt <= at - typingShowMs) this.#sent.delete(sender)
    this.#sent.set(userId, at)
  }

  /** Who told after a version and still writes, oldest change first. */
  since(version: number, now: number): (Writer & { version: number })[] {
    return [...this.#writers.values()]
      .filter((writer) => writer.version > version && writer.until > now)
      .sort((a, b) => a.version - b.version)
  }
}
