import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { OpenStream } from '@deskbell/core/streams/frame-sink'
import { pulledFrames } from '@deskbell/core/streams/pulled-frames'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import { beforeDeadline } from '../before-deadline.ts'
import type { RequestContext, StreamPort } from '../context.ts'
import { toPublicError } from '../failure-report.ts'

type StreamCall = { ctx: RequestContext & { actor: Actor }; path: string; signal: AbortSignal | undefined }

/**
 * Creates a stream of tracked frames. A client resumes from the tracked id. Over HTTP it resolves when it is the turn of
 * the user to start a stream; a socket waits for that turn itself. Rejects when the caller may not have another stream,
 * and when it would wait too long: the refusal can still be a response with its own status.
 */
export async function frameStream<F>(call: StreamCall, open: OpenStream<F>): Promise<FrameStream<F>> {
  const port = call.ctx.openStream(call.ctx.actor)
  return new FrameStream(call, { open, pull: port === null ? null : await turnToStart(call, port) })
}

/** How a stream over HTTP is read. `signal`: aborted when its client has gone or its session has ended. */
type Pull = { port: StreamPort; signal: AbortSignal; onStarted: () => void }

/**
 * The turn ends with the first frame, because then the stream has read what it starts with. It also ends with the
 * signal, because frames that nobody asks for are never made.
 */
async function turnToStart({ ctx, signal: gone }: StreamCall, port: StreamPort): Promise<Pull> {
  const signal = gone === undefined ? port.signal : AbortSignal.any([gone, port.signal])
  const enter = async () => {
    const onStarted = await ctx.core.queues.starting.enter(ctx.actor.userId, signal)
    signal.addEventListener('abort', onStarted, { once: true })
    if (signal.aborted) onStarted()
    return onStarted
  }
  try {
    return { port, signal, onStarted: await beforeDeadline(enter()) }
  } catch (cause) {
    assertSignedIn(port)
    throw cause
  }
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
  readonly #pull: Pull | null

  constructor(call: StreamCall, { open, pull }: { open: OpenStream<F>; pull: Pull | null }) {
    this.open = open
    this.#call = call
    this.#pull = pull
  }

  [Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<F>, void> {
    if (this.#pull === null) throw new Error('The frames of this stream are pushed.')
    return trackedFrames(this.#call, this.open, this.#pull)
  }
}

/** No middleware handles an error inside a stream, so it is converted to a public error here. */
async function* trackedFrames<F>(
  call: StreamCall,
  open: OpenStream<F>,
  { port, signal, onStarted }: Pull,
): AsyncGenerator<TrackedEnvelope<F>, void> {
  const options = { signal, ready: () => port.ready(), isBusy: () => port.isBusy() }
  try {
    for await (const { id, frame } of pulledFrames(open, options)) {
      onStarted()
      // The session may have ended during the wait for this frame.
      assertSignedIn(port)
      yield tracked(id, frame)
    }
    assertSignedIn(port)
  } catch (cause) {
    if (call.signal?.aborted) return
    throw toPublicError(call, cause)
  } finally {
    onStarted()
  }
}

function assertSignedIn(port: StreamPort): void {
  if (!port.isSignedIn()) throw new AppError('unauthenticated')
}
