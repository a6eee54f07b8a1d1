import type { Step } from '@deskbell/core/events/frame-sink'
import type { CallId } from './call-counter.ts'
import { textFrame } from './text-frame.ts'

/** Programs count their calls from one, so followers of a chat mostly have the same few numbers. */
const framesMax = 64

/**
 * The bytes of a stream's frame. What thousands of followers are told is the same object, so it is written as JSON once,
 * and as a frame once for each number that the followers gave their call.
 */
export class StepBytes {
  #step: Step<unknown> | null = null
  #tail = ''
  #frames = new Map<CallId, Buffer>()

  of(step: Step<unknown>, id: CallId): Buffer {
    if (step !== this.#step) this.#take(step)
    const known = this.#frames.get(id)
    if (known !== undefined) return known
    const frame = textFrame(`{"id":${JSON.stringify(id)},${this.#tail}`)
    if (this.#frames.size < framesMax) this.#frames.set(id, frame)
    return frame
  }

  /** As tRPC writes a tracked value: with its id beside it and in it. */
  #take(step: Step<unknown>): void {
    this.#step = step
    const id = JSON.stringify(step.id)
    this.#tail = `"result":{"type":"data","id":${id},"data":{"id":${id},"data":${JSON.stringify(step.frame)}}}}`
    this.#frames.clear()
  }
}
