import type { AppRouter } from '@deskbell/api/router'
import { createTRPCClient, httpSubscriptionLink, type TRPCClient } from '@trpc/client'
import { EventSource } from 'eventsource'

export type SseClient = { client: TRPCClient<AppRouter> }

/** Makes a plain tRPC client over `httpSubscriptionLink`, with an `EventSource` that sends the token as a header. */
export function sseClient(url: string | (() => string), token: string): SseClient {
  const link = httpSubscriptionLink<AppRouter, typeof EventSource>({
    url: () => `${typeof url === 'string' ? url : url()}/trpc`,
    EventSource,
    eventSourceOptions: {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }),
    },
  })
  return { client: createTRPCClient<AppRouter>({ links: [link] }) }
}

export type SseEvent = { event: string; id: string | undefined; data: string }

export type SseReader = AsyncDisposable & {
  readonly status: number
  readonly headers: Headers
  /** All events so far, also `connected` and pings. */
  readonly events: SseEvent[]
  /** The received text: of the stream, or of another response. */
  text(): string
  /** True when the response has ended or was interrupted. */
  ended(): boolean
}

/** Opens a stream with `fetch` and reads it in the background. */
export async function openSse(url: string, headers: Record<string, string> = {}): Promise<SseReader> {
  const leave = new AbortController()
  const answer = await fetch(url, { headers, signal: leave.signal })
  const events: SseEvent[] = []
  let text = ''
  let taken = 0
  let ended = false
  const read = async () => {
    for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      text += chunk
      const end = text.lastIndexOf('\n\n')
      if (end < taken) continue
      for (const block of text.slice(taken, end).split('\n\n')) events.push(...parseBlock(block))
      taken = end
    }
  }
  const reading = read().catch(() => undefined)
  void reading.then(() => (ended = true))
  return {
    status: answer.status,
    headers: answer.headers,
    events,
    text: () => text,
    ended: () => ended,
    async [Symbol.asyncDispose]() {
      leave.abort()
      await reading
    },
  }
}

function parseBlock(block: string): SseEvent[] {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
  const data = field('data')
  return data === undefined ? [] : [{ event: field('event') ?? 'message', id: field('id'), data }]
}
