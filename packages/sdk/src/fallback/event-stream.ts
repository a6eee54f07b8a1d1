import { heartbeatMaxMs } from '@deskbell/contract/limits'
import { type Operation, TRPCClientError } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { ResultObserver, Results } from '../connection/route.ts'
import { type HttpOptions, isRefusal } from '../http-link.ts'
import { readEvents, type ServerEvent } from './read-events.ts'

export type EventStreamOptions = HttpOptions & {
  /** The stream has broken: it tells nothing more, and whoever runs it opens it anew, elsewhere or later. */
  broke: () => void
}

/** A quiet stream still sends heartbeats; two that are missing mean that nobody is there. */
const silenceMs = 2 * heartbeatMaxMs

/**
 * A stream as server-sent events, read by `fetch`. An `EventSource` would hide the status of a refusal, cannot carry
 * a token, and comes back by itself without jitter.
 */
export function openEventStream(options: EventStreamOptions, op: Operation): Results {
  return observable((observer) => {
    const ended = new AbortController()
    void read(options, op, { observer, signal: ended.signal }).catch((error: unknown) => {
      if (ended.signal.aborted) return
      if (error instanceof TRPCClientError) observer.error(error)
      else options.broke()
    })
    return () => ended.abort()
  })
}

type Reader = { observer: ResultObserver; signal: AbortSignal }

async function read(options: EventStreamOptions, op: Operation, { observer, signal }: Reader): Promise<void> {
  const { url, headers, fetch = globalThis.fetch } = options
  observer.next({ result: { type: 'state', state: 'connecting', error: null } })
  const input = encodeURIComponent(JSON.stringify(op.input ?? {}))
  const accept = { ...headers(), accept: 'text/event-stream' }
  const response = await fetch(`${url}/${op.path}?input=${input}`, { headers: accept, cache: 'no-store', signal })
  if (!response.ok) throw await refusalOf(response)
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (!isStream || response.body === null) throw new Error('This is no stream.')
  for await (const event of readEvents(response.body, silenceMs)) {
    if (signal.aborted) return
    if (event.event === 'return') {
      observer.complete()
      return
    }
    take(event, observer)
  }
  throw new Error('The stream ended in the middle.')
}

function take({ event, data, id }: ServerEvent, observer: ResultObserver): void {
  if (event === 'connected') {
    observer.next({ result: { type: 'started' } })
    observer.next({ result: { type: 'state', state: 'pending', error: null } })
  }
  if (event === 'serialized-error') throw TRPCClientError.from({ error: JSON.parse(data) })
  if (event !== 'message' || id === null) return
  observer.next({ result: { type: 'data', id, data: { id, data: JSON.parse(data) } } })
}

/** A page of some proxy is no refusal by the server. */
async function refusalOf(response: Response): Promise<Error> {
  const answer: unknown = await response.json().catch(() => null)
  return isRefusal(answer) ? TRPCClientError.from(answer) : new Error('The server is away.')
}
