import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { OpenStream } from '@deskbell/core/streams/frame-sink'
import { pulledFrames } from '@deskbell/core/streams/pulled-frames'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { RequestContext, StreamPort } from '../context.ts'
import { toPublicError } from '../failure-report.ts'

type StreamCall = { ctx: RequestContext & { actor: Actor }; path: string; signal: AbortSignal | undefined }

/**
 * Creates a stream of tracked frames. A client resumes from the tracked id. Throws at once when the caller may not have
 * another stream, while the refusal can still be a response with its own status.
 */
export function frameStream<F>(call: StreamCall, open: OpenStream<F>): FrameStream<F> {
  return new FrameStream(call, { open, port: call.ctx.openStream(call.ctx.actor) })
}

/**
 * The result of a subscription. A socket calls `open` and receives pushed frames; tRPC over HTTP iterates.
 *
 * Frames are typed, not parsed: core builds them from typed rows, and parsing the same entries again for every follower
 * would cost more than sending them. Tests check frames against the schema in `meta.frame`.
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

/** No middleware handles an error inside a stream, so it is converted to a public error here. */
async function* trackedFrames<F>(
  call: StreamCall,
  { open, port }: { open: OpenStream<F>; port: StreamPort },
): AsyncGenerator<TrackedEnvelope<F>, void> {
  const signal = call.signal === undefined ? port.signal : AbortSignal.any([call.signal, port.signal])
  const options = { signal, ready: () => port.ready(), isBusy: () => port.isBusy() }
  try {
    for await (const { id, frame } of pulledFrames(open, options)) {
      // The session may have ended during the wait for this frame.
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
