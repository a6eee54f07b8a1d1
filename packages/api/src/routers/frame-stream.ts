import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { OpenStream } from '@deskbell/core/events/frame-sink'
import { pulledFrames } from '@deskbell/core/events/pulled-frames'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { RequestContext, StreamPort } from '../context.ts'
import { toPublicError } from '../failure-report.ts'

type StreamCall = { ctx: RequestContext & { actor: Actor }; path: string; signal: AbortSignal | undefined }

/**
 * A stream of tracked frames: the tracked id is the cursor to come back with.
 * Whether the caller may have another stream is asked at once, while a refusal is still an answer of its own.
 */
export function frameStream<F>(call: StreamCall, open: OpenStream<F>): FrameStream<F> {
  return new FrameStream(call, { open, port: call.ctx.openStream(call.ctx.actor) })
}

/**
 * What a subscription returns: a socket takes `open` and is pushed the frames, tRPC over HTTP iterates.
 *
 * Frames are typed, not parsed: core builds them from rows it has typed already, and parsing the same entries again
 * for every follower would cost more than sending them. Tests hold every frame against the schema in `meta.frame`.
 */
export class FrameStream<F> implements AsyncIterable<TrackedEnvelope<F>, void> {
  readonly open: OpenStream<F>
  readonly #call: StreamCall
  readonly #port: StreamPort | null

  constructor(call: StreamCall, { open, port }: { open: OpenStream<F>; port: StreamPort | null }) {
    this.open = open
    this.#call = call
    this.#port = port
  }

  [Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<F>, void> {
    if (this.#port === null) throw new Error('The frames of this stream are pushed.')
    return trackedFrames(this.#call, { open: this.open, port: this.#port })
  }
}

/** An error inside a stream passes no middleware any more, so it becomes public here. */
async function* trackedFrames<F>(
  call: StreamCall,
  { open, port }: { open: OpenStream<F>; port: StreamPort },
): AsyncGenerator<TrackedEnvelope<F>, void> {
  const signal = call.signal === undefined ? port.signal : AbortSignal.any([call.signal, port.signal])
  const options = { signal, ready: () => port.ready(), isBusy: () => port.isBusy() }
  try {
    for await (const { id, frame } of pulledFrames(open, options)) {
      // The session may have ended while this frame was waited for.
      assertSignedIn(port)
      yield tracked(id, frame)
    }
    assertSignedIn(port)
  } catch (cause) {
    if (call.signal?.aborted) return
    throw toPublicError(call, cause)
  }
}

function assertSignedIn(port: StreamPort): void {
  if (!port.isSignedIn()) throw new AppError('unauthenticated')
}
