import type { AppRouter } from '@deskbell/api/router'
import { TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'

export type HttpOptions = { url: string; headers: () => Record<string, string>; fetch: typeof fetch | undefined }

/**
 * Single calls by HTTP, such as signing in and out, because only HTTP can set a cookie. tRPC's own link also supports
 * files, streams and batches; a page would load all of that for a few calls.
 */
export function createHttpLink(options: HttpOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable((observer) => {
        const ended = new AbortController()
        const stopFollowing = abortWith(ended, op.signal)
        call(options, op, ended.signal)
          .finally(stopFollowing)
          .then(
            (result) => {
              observer.next({ result })
              observer.complete()
            },
            (error: unknown) => observer.error(clientError(error)),
          )
        return () => {
          stopFollowing()
          ended.abort()
        }
      })
}

/** Aborts `controller` when `signal` aborts. `AbortSignal.any` is newer than some supported browsers. */
function abortWith(controller: AbortController, signal: AbortSignal | null | undefined): () => void {
  if (signal === null || signal === undefined) return () => {}
  const abort = () => controller.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return () => signal.removeEventListener('abort', abort)
}

type Operation = { type: string; path: string; input: unknown }

async function call({ url, headers, fetch = globalThis.fetch }: HttpOptions, op: Operation, signal: AbortSignal) {
  const body = JSON.stringify(op.input)
  const isQuery = op.type === 'query'
  const query = isQuery && body !== undefined ? `?input=${encodeURIComponent(body)}` : ''
  const response = await fetch(`${url}/${op.path}${query}`, {
    method: isQuery ? 'GET' : 'POST',
    headers: isQuery ? headers() : { ...headers(), 'content-type': 'application/json' },
    ...(!isQuery && body !== undefined && { body }),
    signal,
  })
  const answer: unknown = await response.json()
  if (isResult(answer)) return answer.result
  throw TRPCClientError.from(isRefusal(answer) ? answer : new Error('The answer is not one of tRPC.'))
}

type Result = { result: { type?: 'data'; data: unknown } }
type Refusal = { error: { code: number; message: string; data?: unknown } }

function isResult(answer: unknown): answer is Result {
  return typeof answer === 'object' && answer !== null && 'result' in answer
}

/** Reports whether this is an error of the server, and not a response of something in between. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'error' in answer
}

function clientError(error: unknown): TRPCClientError<AppRouter> {
  if (error instanceof TRPCClientError) return error
  return TRPCClientError.from(error instanceof Error ? error : new Error('The call failed.', { cause: error }))
}
