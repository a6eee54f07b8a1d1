import { AppError } from '@deskbell/contract/errors'
import { type TrackedEnvelope, tracked } from '@trpc/server'
import type { RequestContext } from '../context.ts'
import { toPublicError } from '../failure-report.ts'

type Frame<F> = { id: string; frame: F }
type StreamCall = { ctx: RequestContext; path: string; signal: AbortSignal }

/**
 * A stream of tracked frames: the tracked id is the cursor to come back with.
 *
 * Frames are typed, not parsed: core builds them from rows it has typed already, and parsing the same entries again
 * for every follower would cost more than sending them. Tests hold every frame against the schema in `meta.frame`.
 * An error inside a stream passes no middleware any more, so it becomes public here.
 */
export async function* frameStream<F>(
  call: StreamCall,
  frames: AsyncGenerator<Frame<F>>,
): AsyncGenerator<TrackedEnvelope<F>, void, undefined> {
  try {
    for await (const { id, frame } of frames) {
      // The session may have ended while this frame was waited for.
      if ((await call.ctx.authenticate()) === null) throw new AppError('unauthenticated')
      yield tracked(id, frame)
    }
  } catch (cause) {
    if (call.signal.aborted) return
    throw toPublicError(call, cause)
  }
}
