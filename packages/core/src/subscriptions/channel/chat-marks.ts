import type { UserId } from '@deskbell/contract/ids'
import type { Role } from '@deskbell/contract/users'
import type { ReadMarks } from '@deskbell/db/queries/chats/marks'

export type Mark = { userId: UserId; role: Role; deliveredSeq: number; readSeq: number }

type VersionedMark = Mark & { version: number }

/** The marks of all users in one chat. Merging keeps the greater value, so the order of the marks does not matter. */
export class ChatMarks {
  // Both are created with the first mark: most channels have none.
  #byUser: Map<UserId, VersionedMark> | null = null
  /** The same marks in the order of their last changes, so with ascending versions. */
  #byVersion: VersionedMark[] | null = null
  #version = 0

  /** Increases with every change. */
  get version(): number {
    return this.#version
  }

  /** Returns false when the mark changed nothing. */
  merge(mark: Mark): boolean {
    this.#byUser ??= new Map()
    this.#byVersion ??= []
    const known = this.#byUser.get(mark.userId)
    const deliveredSeq = Math.max(mark.deliveredSeq, known?.deliveredSeq ?? 0)
    const readSeq = Math.max(mark.readSeq, known?.readSeq ?? 0)
    if (known !== undefined && known.deliveredSeq === deliveredSeq && known.readSeq === readSeq) return false
    this.#version += 1
    const merged = { ...mark, deliveredSeq, readSeq, version: this.#version }
    if (known !== undefined) this.#byVersion.splice(placeAfter(this.#byVersion, known.version - 1), 1)
    this.#byVersion.push(merged)
    this.#byUser.set(mark.userId, merged)
    return true
  }

  /** Returns the mark that changed first after a version; null if none did. Its cost does not grow with the readers. */
  nextAfter(version: number): VersionedMark | null {
    const marks = this.#byVersion ?? []
    return marks[placeAfter(marks, version)] ?? null
  }

  /** The highest read mark of each side. */
  read(): ReadMarks {
    const highest = { client: 0, operator: 0 }
    for (const { role, readSeq } of this.#byVersion ?? []) highest[role] = Math.max(highest[role], readSeq)
    return highest
  }
}

/** The place of the first mark with a version above the given one, by binary search. */
function placeAfter(marks: readonly VersionedMark[], version: number): number {
  let [low, high] = [0, marks.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((marks[middle]?.version ?? 0) > version) high = middle
    else low = middle + 1
  }
  return low
}
