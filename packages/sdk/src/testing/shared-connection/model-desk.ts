import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { catchUpEntriesMax } from '@deskbell/contract/limits'
import { FakeSocket } from '../fake-socket.ts'

export type Schedule = (deliver: () => void) => void

/** A model of a server with sockets: one chat, its log, and streams whose frames wait to be delivered or damaged. */
export class ModelDesk {
  readonly sockets = new Set<ModelSocket>()
  isDown = false
  #log: LogEntry[] = []
  #epoch = 1
  readonly schedule: Schedule

  constructor(schedule: Schedule) {
    this.schedule = schedule
  }

  get log(): readonly LogEntry[] {
    return this.#log
  }

  get top(): number {
    return this.#log.length
  }

  get cursor(): string {
    return `${this.#epoch}:${this.top}`
  }

  write(count: number): void {
    for (let each = 0; each < count; each += 1) this.#log.push(this.#entry(this.top + 1))
  }

  /** Streams send what is new, and how far the log goes. */
  tell(): void {
    for (const socket of this.sockets) socket.tell()
  }

  /**
   * Another history of the same length, as after a restored backup. The server was down for it, so all sockets break.
   */
  restore(): void {
    this.cut()
    this.#epoch += 1
    const length = this.top
    this.#log = []
    this.write(length)
  }

  cut(): void {
    for (const socket of [...this.sockets]) socket.drop(1012)
  }

  page({ beforeSeq = this.top + 1, limit = 50 }: { beforeSeq?: number; limit?: number }): PageOutput {
    const start = Math.max(0, beforeSeq - 1 - limit)
    const none = { client: 0, operator: 0 }
    const entries = this.#log.slice(start, beforeSeq - 1)
    return { entries, cursor: this.cursor, hasMore: start > 0, read: none, delivered: none }
  }

  /** The position from which a stream resumes; null when it cannot be served. */
  positionOf(cursor: string): number | null {
    const [epoch = 0, seq = 0] = cursor.split('~')[0]?.split(':').map(Number) ?? []
    const isServed = epoch === this.#epoch && seq <= this.top && this.top - seq <= catchUpEntriesMax
    return isServed ? seq : null
  }

  idAt(seq: number): string {
    return `${this.#epoch}:${seq}`
  }

  #entry(seq: number): LogEntry {
    const actor = { id: 7, name: `writer ${this.#epoch}`, role: 'client' }
    return logEntrySchema.parse({ seq, at: '2026-01-01T00:00:00.000Z', actor, kind: 'reopened' })
  }
}

type Call = { id: number; method: string; params?: { path: string; input: Input; lastEventId?: string } }
type Input = { cursor?: string; lastEventId?: string; beforeSeq?: number; limit?: number }

/** The server's end of one socket. Its frames keep their order, as over TCP, unless a test damages them. */
export class ModelSocket extends FakeSocket {
  readonly #desk: ModelDesk
  readonly #queue: string[] = []
  /** Positions of the open streams, by the id of their call. */
  readonly #streams = new Map<number, number>()

  constructor(desk: ModelDesk, url: string | URL) {
    super(url)
    this.#desk = desk
    desk.schedule(() => this.#answerUpgrade())
  }

  override send(data: unknown): void {
    if (data === 'PING') {
      this.#say('PONG')
      return
    }
    const calls: unknown = JSON.parse(String(data))
    for (const call of Array.isArray(calls) ? calls : [calls]) this.#take(call)
  }

  override drop(code: number): void {
    this.#desk.sockets.delete(this)
    if (this.readyState !== this.CLOSED) super.drop(code)
  }

  tell(): void {
    for (const id of this.#streams.keys()) this.#catchUp(id)
  }

  /** Loses or repeats the next frame, or swaps it with the one behind it. */
  harm(how: 'lose' | 'repeat' | 'swap'): void {
    const isFrame = this.#queue[0]?.includes('"t":"ev"') ?? false
    if (!isFrame) return
    const [first = '', second = ''] = this.#queue.splice(0, how === 'swap' ? 2 : 1)
    const after = { lose: [], repeat: [first, first], swap: [second, first] }[how].filter((frame) => frame !== '')
    this.#queue.unshift(...after)
    if (how === 'repeat') this.#desk.schedule(() => this.#deliver())
  }

  #answerUpgrade(): void {
    if (this.readyState !== this.CONNECTING) return
    if (this.#desk.isDown) {
      this.refuse()
      return
    }
    this.#desk.sockets.add(this)
    this.accept()
  }

  #take({ id, method, params }: Call): void {
    if (method === 'subscription.stop') {
      this.#streams.delete(id)
      return
    }
    if (params === undefined) return
    if (method === 'subscription') this.#open(id, params)
    else this.#result(id, { type: 'data', data: params.path === 'chats.page' ? this.#desk.page(params.input) : null })
  }

  #open(id: number, { input, lastEventId }: { input: Input; lastEventId?: string }): void {
    const from = lastEventId ?? input.lastEventId ?? input.cursor ?? ''
    const position = this.#desk.positionOf(from)
    this.#result(id, { type: 'started' })
    if (position === null) {
      this.#frame(id, { seq: 0, frame: { t: 'reset', reason: 'foreign', top: this.#desk.top } })
      return
    }
    this.#streams.set(id, position)
    this.#catchUp(id)
  }

  #catchUp(id: number): void {
    const position = this.#streams.get(id) ?? 0
    const { top, log } = this.#desk
    if (position < top) this.#frame(id, { seq: top, frame: { t: 'ev', events: log.slice(position) } })
    this.#streams.set(id, top)
    this.#frame(id, { seq: top, frame: { t: 'live', top } })
  }

  #frame(id: number, { seq, frame }: { seq: number; frame: object }): void {
    const eventId = this.#desk.idAt(seq)
    this.#result(id, { type: 'data', id: eventId, data: { id: eventId, data: frame } })
  }

  #result(id: number, result: object): void {
    this.#say(JSON.stringify({ id, result }))
  }

  #say(frame: string): void {
    this.#queue.push(frame)
    this.#desk.schedule(() => this.#deliver())
  }

  #deliver(): void {
    const frame = this.#queue.shift()
    if (frame !== undefined && this.readyState === this.OPEN) this.say(frame)
  }
}
