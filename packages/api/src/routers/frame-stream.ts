import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { StreamOptions } from '@deskbell/core/events/gated-frames'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { RequestContext, StreamPort } from '../context.ts'
import { toPublicError } from '../failure-report.ts'

type Frame<F> = { id: string; frame: F }
type StreamCall = { ctx: RequestContext & { actor: Actor }; path: string; signal: AbortSignal }
type Frames<F> = (options: StreamOptions) => AsyncGenerator<Frame<F>>

/**
 * A stream of tracked frames: the tracked id is the cursor to come back with.
 * Whether the caller may have another stream is asked at once, while a refusal is still an answer of its own.
 */
export function frameStream<F>(call: StreamCall, frames: Frames<F>): AsyncGenerator<TrackedEnvelope<F>, void> {
  const port = call.ctx.openStream(call.ctx.actor)
  const signal = port.signal === undefined ? call.signal : AbortSignal.any([call.signal, port.signal])
  return trackedFrames(
    call,
    port,
    frames({ signal, ready: () => port.ready(), isBusy: () => port.isBusy?.() ?? false }),
  )
}

/**
 * Frames are typed, not parsed: core builds them from rows it has typed already, and parsing the same entries again
 * for every follower would cost more than sending them. Tests hold every frame against the schema in `meta.frame`.
 * An error inside a stream passes no middleware any more, so it becomes public here.
 */
async function* trackedFrames<F>(
  call: StreamCall,
  port: StreamPort,
  frames: AsyncGenerator<Frame<F>>,
): AsyncGenerator<TrackedEnvelope<F>, void> {
  try {
    for await (const { id, frame } of frames) {
      // The session may have ended while this frame was waited for.
      assertSignedIn(port)
      yield tracked(id, frame)
    }
    assertSignedIn(port)
  } catch (cause) {
    if (call.signal.aborted) return
    throw toPublicError(call, cause)
  }
}

function assertSignedIn(port: StreamPort): void {
  if (!port.isSignedIn()) throw new AppError('unauthenticated')
}
