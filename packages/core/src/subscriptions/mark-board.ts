import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { ReadMarks } from '@deskbell/db/queries/marks'

export type Mark = { userId: UserId; role: Role; deliveredSeq: number; readSeq: number }

/** The marks of all users in one chat. Merging keeps the greater value, so the order of the marks does not matter. */
export class MarkBoard {
  #marks: Map<UserId, Mark & { version: number }> | null = null
  #version = 0

  /** Increases with every change. */
  get version(): number {
    return this.#version
  }

  /** Returns false when the mark changed nothing. */
  merge(mark: Mark): boolean {
    this.#marks ??= new Map()
    const marks = this.#marks
    const known = marks.get(mark.userId)
    const deliveredSeq = Math.max(mark.deliveredSeq, known?.deliveredSeq ?? 0)
    const readSeq = Math.max(mark.readSeq, known?.readSeq ?? 0)
    if (known !== undefined && known.deliveredSeq === deliveredSeq && known.readSeq === readSeq) return false
    this.#version += 1
    // Deleted and set again, so that the map keeps the order of the changes.
    marks.delete(mark.userId)
    marks.set(mark.userId, { ...mark, deliveredSeq, readSeq, version: this.#version })
    return true
  }

  /** Returns the mark that changed first after a version; null if none did. */
  nextAfter(version: number): (Mark & { version: number }) | null {
    for (const mark of this.#marks?.values() ?? []) if (mark.version > version) return mark
    return null
  }

  /** The highest read mark of each side. */
  read(): ReadMarks {
    const highest = { client: 0, operator: 0 }
    for (const { role, readSeq } of this.#marks?.values() ?? []) highest[role] = Math.max(highest[role], readSeq)
    return highest
  }
}
