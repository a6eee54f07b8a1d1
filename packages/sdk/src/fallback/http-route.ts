import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { nothingNext, type Results, type Route } from '../connection/route.ts'
import { errorCode } from '../error-code.ts'
import type { HttpOptions } from '../http-link.ts'
import { openEventStream } from './event-stream.ts'
import { StreamTurns } from './stream-turns.ts'

export type HttpRouteOptions = {
  http: HttpOptions
  /** How single calls go. */
  calls: TRPCLink<AppRouter>
  /** Nothing goes through any more, or the session may have ended. */
  broke: () => void
}

/** The way over HTTP: single calls, and streams as server-sent events. */
export function createHttpRoute({ http, calls, broke }: HttpRouteOptions): Route {
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

/** An error that is not the server's word, or says that nobody is signed in, concerns more than this operation. */
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
