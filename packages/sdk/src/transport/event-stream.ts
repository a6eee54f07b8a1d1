import { heartbeatMaxMs } from '@deskbell/contract/limits'
import { type Operation, TRPCClientError } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { createParser } from 'eventsource-parser'
import { type HttpOptions, isRefusal } from './http-link.ts'
import type { ResultObserver, Results } from './transport.ts'

export type EventStreamOptions = HttpOptions & {
  /** The stream has broken and reports nothing more. Its caller opens another one, elsewhere or later. */
  broke: () => void
}

/** A quiet stream still sends heartbeats; two that are missing mean that the connection is dead. */
const silenceMs = 2 * heartbeatMaxMs

/**
 * A stream of server-sent events, read with `fetch`. An `EventSource` would hide the status of a refusal, cannot carry
 * a token, and reconnects by itself without jitter.
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

/** A response of some proxy is not a refusal by the server. */
async function refusalOf(response: Response): Promise<Error> {
  const answer: unknown = await response.json().catch(() => null)
  return isRefusal(answer) ? TRPCClientError.from(answer) : new Error('The server is away.')
}

/** One server-sent event. */
export type ServerEvent = { readonly event: string; readonly data: string; readonly id: string | null }

/** Yields the server-sent events of a body, until it ends. Throws when nothing at all is received for `silenceMs`. */
export async function* readEvents(body: ReadableStream<Uint8Array>, silenceMs: number): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parsed: ServerEvent[] = []
  const parser = createParser({
    onEvent: ({ event = 'message', data, id = null }) => void parsed.push({ event, data, id }),
  })
  try {
    for (;;) {
      const { value, done } = await inTime(reader.read(), silenceMs)
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* parsed.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function inTime<T>(read: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Nothing came for too long.')), ms)
  })
  return Promise.race([read, silent]).finally(() => clearTimeout(timer))
}
