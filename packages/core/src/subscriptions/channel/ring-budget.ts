import { ringsBytesMax } from '@deskbell/contract/limits'
import type { Ring } from './ring.ts'

/**
 * The memory that all rings of a process may use together, in bytes. Above it, the rings that changed least recently
 * drop their entries. Most followers are at the end of the log and need none of them; the others read the database.
 */
export class RingBudget {
  readonly #bytesMax: number
  /** Least recently changed first, because the map keeps the order of insertion. */
  readonly #sizes = new Map<Ring, number>()
  #bytes = 0

  constructor(bytesMax = ringsBytesMax) {
    this.#bytesMax = bytesMax
  }

  get bytes(): number {
    return this.#bytes
  }

  get entries(): number {
    let entries = 0
    for (const ring of this.#sizes.keys()) entries += ring.top - ring.floor
    return entries
  }

  /** Call it after every change of the ring. */
  note(ring: Ring): void {
    this.forget(ring)
    this.#sizes.set(ring, ring.bytes)
    this.#bytes += ring.bytes
    for (const quiet of this.#sizes.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.forget(quiet)
      quiet.clear()
    }
  }

  forget(ring: Ring): void {
    this.#bytes -= this.#sizes.get(ring) ?? 0
    this.#sizes.delete(ring)
  }
}
