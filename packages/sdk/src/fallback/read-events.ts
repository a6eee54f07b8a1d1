import { createParser } from 'eventsource-parser'

/** One server-sent event. */
export type ServerEvent = { readonly event: string; readonly data: string; readonly id: string | null }

/** Reads server-sent events out of a body, until it ends. Ends by error when nothing at all comes for `silenceMs`. */
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
