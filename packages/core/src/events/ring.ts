import type { LogEntry } from '@deskbell/contract/events'
import { ringBytesMax, ringEntriesMax } from '@deskbell/contract/limits'
import { afterChange, isTextChange, type TextChange } from './after-change.ts'

/** An entry and the size it has on the wire. */
export type SizedEntry = { entry: LogEntry; bytes: number }

export function sized(entry: LogEntry): SizedEntry {
  return { entry, bytes: Buffer.byteLength(JSON.stringify(entry)) }
}

export type RingLimits = { entriesMax: number; bytesMax: number }

/**
 * The newest entries of one log, contiguous up to `top`:
 *
 *   … older, in the database … | floor+1 … top
 *
 * At its bounds the oldest entry goes; whoever still needs it reads the database.
 * An edit and a retraction also change the entry of their message, as they do in the database.
 */
export class Ring {
  readonly #limits: RingLimits
  #items: SizedEntry[] = []
  #bytes = 0
  #top: number

  constructor(top: number, limits: RingLimits = { entriesMax: ringEntriesMax, bytesMax: ringBytesMax }) {
    this.#top = top
    this.#limits = limits
  }

  get top(): number {
    return this.#top
  }

  /** The size on the wire of all that is here. */
  get bytes(): number {
    return this.#bytes
  }

  /** Everything above this place is here. */
  get floor(): number {
    return this.#top - this.#items.length
  }

  /** Takes what continues the log, and ignores what is known. False when an entry is missing in between. */
  append(entries: readonly LogEntry[]): boolean {
    for (const entry of entries) {
      if (entry.seq <= this.#top) continue
      if (entry.seq !== this.#top + 1) return false
      this.#push(sized(entry))
    }
    return true
  }

  /** Gives up the entries and goes on from a place further up. */
  jump(top: number): void {
    this.#items = []
    this.#bytes = 0
    this.#top = top
  }

  /** Gives up the entries, and goes on from the same place. */
  giveUp(): void {
    this.jump(this.#top)
  }

  /** The oldest entries after a place, as many as a frame takes; null when they are no longer here. */
  after(seq: number, limit: FrameLimits): SizedEntry[] | null {
    if (seq < this.floor) return null
    return frameful(this.#items, seq - this.floor, limit)
  }

  #push(item: SizedEntry): void {
    if (isTextChange(item.entry)) this.#rewrite(item.entry)
    this.#items.push(item)
    this.#bytes += item.bytes
    this.#top = item.entry.seq
    let drop = 0
    while (this.#isOver(drop)) {
      this.#bytes -= this.#items[drop]?.bytes ?? 0
      drop += 1
    }
    if (drop > 0) this.#items.splice(0, drop)
  }

  /** What a message said before leaves the memory, and no reader who comes later is given it. */
  #rewrite(change: TextChange): void {
    this.#items = this.#items.map((item) => {
      const entry = afterChange(item.entry, change)
      if (entry === item.entry) return item
      const rewritten = sized(entry)
      this.#bytes += rewritten.bytes - item.bytes
      return rewritten
    })
  }

  #isOver(dropped: number): boolean {
    const kept = this.#items.length - dropped
    return kept > this.#limits.entriesMax || (kept > 0 && this.#bytes > this.#limits.bytesMax)
  }
}

export type FrameLimits = { entries: number; bytes: number }

/** So many items from `start` as fit, and always one. */
export function frameful(items: readonly SizedEntry[], start: number, limit: FrameLimits): SizedEntry[] {
  const taken: SizedEntry[] = []
  let bytes = 0
  for (let index = start; index < items.length && taken.length < limit.entries; index += 1) {
    const item = items[index]
    if (item === undefined) break
    bytes += item.bytes
    if (bytes > limit.bytes && taken.length > 0) break
    taken.push(item)
  }
  return taken
}
