import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { errorCode } from '../base/errors.ts'
import { openEventStream } from './event-stream.ts'
import type { HttpOptions } from './http-link.ts'
import { StreamTurns } from './stream-turns.ts'
import { nothingNext, type Results, type Transport } from './transport.ts'

export type HttpTransportOptions = {
  http: HttpOptions
  /** The link for single calls. */
  calls: TRPCLink<AppRouter>
  /** HTTP does not work any more, or the session may have ended. */
  broke: () => void
}

/** The transport over HTTP: single calls, and streams as server-sent events. */
export function createHttpTransport({ http, calls, broke }: HttpTransportOptions): Transport {
  const turns = new StreamTurns()
  const stream = (op: Operation) => turns.run(op, (from) => openEventStream({ ...http, broke }, from))
  return {
    run: (op) => watched(op.type === 'subscription' ? stream(op) : call(calls, op), broke),
    leave: () => 'finish',
  }
}

function call(link: TRPCLink<AppRouter>, op: Operation): Results {
  return link({})({ op, next: nothingNext })
}

/** An error without a code of the server, or `unauthenticated`, concerns more than this operation. */
function watched(results: Results, broke: () => void): Results {
  return observable((observer) => {
    const running = results.subscribe({
      next: (result) => observer.next(result),
      complete: () => observer.complete(),
      error: (error) => {
        const code = errorCode(error)
        if (!isAbort(error) && (code === null || code === 'unauthenticated')) broke()
        observer.error(error)
      },
    })
    return () => running.unsubscribe()
  })
}

function isAbort(error: unknown): boolean {
  return error instanceof TRPCClientError && error.cause?.name === 'AbortError'
}
