import type { LogEntry } from '@deskbell/contract/events'
import { ringBytesMax, ringEntriesMax } from '@deskbell/contract/limits'
import { afterChange, isTextChange, type TextChange } from '../../log/after-change.ts'

/** An entry and its size as JSON, in bytes. */
export type SizedEntry = { entry: LogEntry; bytes: number }

export function sized(entry: LogEntry): SizedEntry {
  return { entry, bytes: Buffer.byteLength(JSON.stringify(entry)) }
}

export type RingLimits = { entriesMax: number; bytesMax: number }

/**
 * The newest entries of one log, without gaps, up to `top`:
 *
 *   … older, in the database … | floor+1 … top
 *
 * At its limits the ring drops its oldest entries. A follower that still needs them reads the database.
 * An edit or a retraction also changes the entry of its message, as it does in the database.
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

  /** The sizes of all entries together, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** The ring contains every entry above this `seq`. */
  get floor(): number {
    return this.#top - this.#items.length
  }

  /** Appends what continues the log and ignores entries up to `top`. Stops and returns false at a missing entry. */
  append(entries: readonly LogEntry[]): boolean {
    for (const entry of entries) {
      if (entry.seq <= this.#top) continue
      if (entry.seq !== this.#top + 1) return false
      this.#push(sized(entry))
    }
    return true
  }

  /** Drops all entries and continues after a later `seq`. */
  jump(top: number): void {
    this.#items = []
    this.#bytes = 0
    this.#top = top
  }

  /** Drops all entries and keeps `top`. */
  clear(): void {
    this.jump(this.#top)
  }

  /** Returns the entries after `seq`, as many as fit into a frame; null when the ring no longer has them. */
  after(seq: number, limit: FrameLimits): SizedEntry[] | null {
    if (seq < this.floor) return null
    return takeFrame(this.#items, seq - this.floor, limit)
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

  /** Removes the earlier text of a message from the memory, so that no later reader receives it. */
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

/** Returns as many items from `start` on as fit into the limits, but at least one if there is one. */
export function takeFrame(items: readonly SizedEntry[], start: number, limit: FrameLimits): SizedEntry[] {
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
