import { z } from 'zod'
import type { Recorder } from '../history/history-file.ts'
import { CanaryWatch, rereadMark } from './canary.ts'

type WireStream = { stream: string; chatId: number; canaries: CanaryWatch }

const subscribeSchema = z.object({
  id: z.number(),
  method: z.literal('subscription'),
  params: z.object({
    path: z.literal('chats.events'),
    lastEventId: z.string().optional(),
    input: z.object({ chatId: z.number(), cursor: z.string().optional(), lastEventId: z.string().optional() }),
  }),
})
const stopSchema = z.object({ id: z.number(), method: z.literal('subscription.stop') })

const role = z.enum(['client', 'operator'])
const entrySchema = z.object({
  seq: z.number(),
  kind: z.string(),
  message: z.object({ id: z.number(), clientMsgId: z.string().nullable() }).optional(),
  data: z.object({ messageId: z.number().optional() }).optional(),
})
const frameSchema = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ev'), events: z.array(entrySchema).min(1) }),
  z.object({ t: z.literal('live'), top: z.number() }),
  z.object({ t: z.literal('reset'), reason: z.string() }),
  z.object({ t: z.literal('rcpt'), userId: z.number(), role, deliveredSeq: z.number(), readSeq: z.number() }),
  z.object({ t: z.literal('typing'), userId: z.number() }),
])
type WireFrame = z.output<typeof frameSchema>
const dataSchema = z.object({
  id: z.number(),
  result: z.object({ type: z.literal('data'), data: z.object({ id: z.string(), data: frameSchema }) }),
})

/** A socket class that writes down which streams are opened and what comes on them, below all that the SDK does. */
export function probedSocket(record: Recorder, name: string): typeof WebSocket {
  let sockets = 0
  return class ProbedSocket extends WebSocket {
    readonly #streams = new Map<number, WireStream>()
    /** Of the last stream of each chat. */
    readonly #canaries = new Map<number, CanaryWatch>()
    readonly #name: string

    constructor(...target: ConstructorParameters<typeof WebSocket>) {
      super(...target)
      sockets += 1
      this.#name = `${name}/${sockets}`
      this.addEventListener('message', (event) => this.#received(event.data))
      this.addEventListener('close', () => {
        for (const { stream } of this.#streams.values()) record({ t: 'end', stream })
        this.#streams.clear()
      })
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data === 'string' && data.includes('"subscription')) for (const call of callsOf(data)) this.#sent(call)
      super.send(data)
    }

    #sent(call: unknown): void {
      const stopped = stopSchema.safeParse(call)
      if (stopped.success) this.#ended(stopped.data.id)
      const subscribed = subscribeSchema.safeParse(call)
      if (!subscribed.success) return
      const { id, params } = subscribed.data
      const { chatId, cursor, lastEventId } = params.input
      const stream = `${this.#name}/${id}`
      const canaries = new CanaryWatch(chatId, this.#canaries.get(chatId))
      this.#canaries.set(chatId, canaries)
      this.#streams.set(id, { stream, chatId, canaries })
      const position = positionOf(params.lastEventId ?? lastEventId ?? cursor ?? '')
      const rereads = cursor?.endsWith(rereadMark) === true
      record({ t: 'start', stream, chatId, ...position, ...(rereads && { rereads }) })
    }

    #ended(id: number): void {
      const known = this.#streams.get(id)
      this.#streams.delete(id)
      if (known !== undefined) record({ t: 'end', stream: known.stream })
    }

    #received(data: unknown): void {
      if (typeof data !== 'string' || this.#streams.size === 0 || !data.includes('"data"')) return
      const parsed = dataSchema.safeParse(JSON.parse(data))
      if (!parsed.success) return
      const { id, result } = parsed.data
      const known = this.#streams.get(id)
      if (known === undefined) return
      const { id: position, data: frame } = result.data
      recordFrame(record, known.stream, { id: position, frame })
      if (frame.t === 'ev') known.canaries.look(frame.events, data, record)
    }
  }
}

function recordFrame(record: Recorder, stream: string, { id, frame }: { id: string; frame: WireFrame }): void {
  const { seq } = positionOf(id)
  switch (frame.t) {
    case 'ev':
      for (const { from, to } of runsOf(frame.events.map((entry) => entry.seq))) record({ t: 'ev', stream, from, to })
      break
    case 'live':
      record({ t: 'live', stream, top: frame.top })
      break
    case 'reset':
      record({ t: 'reset', stream, reason: frame.reason })
      break
    case 'rcpt': {
      const { userId, role, deliveredSeq: delivered, readSeq: read } = frame
      record({ t: 'mark', stream, seq, userId, role, delivered, read })
      break
    }
    case 'typing':
      record({ t: 'typing', stream, seq, userId: frame.userId })
      break
  }
}

/** `[4, 5, 6, 9]` is 4–6 and 9–9. */
function runsOf(seqs: readonly number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (const seq of seqs) {
    const last = runs.at(-1)
    if (last?.to === seq - 1) last.to = seq
    else runs.push({ from: seq, to: seq })
  }
  return runs
}

function positionOf(cursor: string): { epoch: string; seq: number } {
  const [, epoch = '', seq = '0'] = /^([^:]*):(\d+)/.exec(cursor) ?? []
  return { epoch, seq: Number(seq) }
}

function callsOf(data: string): unknown[] {
  const calls: unknown = JSON.parse(data)
  return Array.isArray(calls) ? calls : [calls]
}
