import type { TrackedFrame } from '@deskbell/core/streams/frame-sink'
import type { CallId } from './call-counter.ts'
import { textFrame } from './text-frame.ts'

/** Clients number their calls from 1, so the followers of a chat mostly use the same few ids. */
const framesMax = 64

/**
 * Encodes the frames of streams. Thousands of followers receive the same object, so it is encoded as JSON once, and as
 * bytes once for each call id among the followers.
 */
export class FrameBytes {
  #tracked: TrackedFrame<unknown> | null = null
  #tail = ''
  #frames = new Map<CallId, Buffer>()

  of(tracked: TrackedFrame<unknown>, id: CallId): Buffer {
    if (tracked !== this.#tracked) this.#cache(tracked)
    const known = this.#frames.get(id)
    if (known !== undefined) return known
    const frame = textFrame(`{"id":${JSON.stringify(id)},${this.#tail}`)
    if (this.#frames.size < framesMax) this.#frames.set(id, frame)
    return frame
  }

  /** Encodes a frame as tRPC encodes a tracked value: with its id beside the data and in it. */
  #cache(tracked: TrackedFrame<unknown>): void {
    this.#tracked = tracked
    const id = JSON.stringify(tracked.id)
    this.#tail = `"result":{"type":"data","id":${id},"data":{"id":${id},"data":${JSON.stringify(tracked.frame)}}}}`
    this.#frames.clear()
  }
}
