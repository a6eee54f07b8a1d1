import type { Operation } from '@trpc/client'
import type { ResultObserver } from './route.ts'

type Result = Parameters<ResultObserver['next']>[0]

/** Remembers the last frame of a stream, so that it can go on from there on another way. */
export class ResumePoint {
  #lastEventId: string | null = null

  note({ result }: Result): void {
    if ('id' in result && typeof result.id === 'string') this.#lastEventId = result.id
  }

  /** The stream from its last frame on; as it was asked for, when there was none yet. */
  operation(op: Operation): Operation {
    const { input } = op
    if (this.#lastEventId === null || typeof input !== 'object') return op
    return { ...op, input: { ...input, lastEventId: this.#lastEventId } }
  }
}
