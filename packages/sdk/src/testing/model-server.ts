import { type LogEntry, logEntrySchema, type PageOutput } from '@deskbell/contract/events'
import { userIdSchema } from '@deskbell/contract/ids'
import { catchUpEntriesMax, frameEntriesMax } from '@deskbell/contract/limits'
import type { TimelineEffect, TimelineEvent } from '../timeline/timeline-state.ts'

/** A model of the server for tests: a log, its pages, and one stream whose frames wait to be delivered or damaged. */
export class ModelServer {
  readonly userId = userIdSchema.parse(7)
  #log: LogEntry[] = []
  #epoch = 1
  #pages: TimelineEvent[] = []
  #frames: TimelineEvent[] = []
  /** Position of the open stream; null without one, or after its reset. */
  #sent: number | null = null
  /** The last delivered position, or the one that the stream was opened with: a reconnect resumes from it. */
  #delivered: { epoch: number; seq: number } | null = null

  constructor(length: number) {
    this.writeSilently(length)
  }

  get top(): number {
    return this.#log.length
  }

  slice(fromSeq = 1): LogEntry[] {
    return this.#log.slice(fromSeq - 1)
  }

  write(count: number): void {
    this.writeSilently(count)
    this.#flush()
  }

  /** Writes without notifying the stream, as when a hint is lost. */
  writeSilently(count: number): void {
    for (let added = 0; added < count; added += 1) this.#log.push(this.#entry(this.top + 1))
  }

  ask(effects: readonly TimelineEffect[]): void {
    for (const effect of effects) {
      if (effect.do === 'load') this.#pages.push({ t: 'page', page: this.#page(effect) })
      if (effect.do === 'loadOlder') this.#pages.push({ t: 'olderPage', page: this.#page({ ...effect, limit: 50 }) })
      if (effect.do === 'unfollow') this.end()
      if (effect.do === 'follow') this.#open(effect.cursor)
    }
  }

  /** Returns the next event to arrive; null when none is pending. */
  take(): TimelineEvent | null {
    const event = this.#pages.shift() ?? this.#frames.shift() ?? null
    if (event?.t === 'frame') this.#delivered = parseCursor(event.id)
    return event
  }

  /**
   * Loses the next frame, but never a reset: it is the first frame of its stream, so its loss would not go unnoticed.
   */
  lose(): void {
    const [first] = this.#frames
    if (first?.t !== 'frame' || first.frame.t === 'reset') return
    this.#frames.shift()
    this.#delivered = parseCursor(first.id)
  }

  repeat(): void {
    const [first] = this.#frames
    if (first !== undefined) this.#frames.unshift(first)
  }

  swap(): void {
    this.#frames.reverse()
  }

  /** The connection breaks and comes back: tRPC's client reopens the stream from the last id that it received. */
  cut(): void {
    if (this.#delivered === null) return
    this.#open(`${this.#delivered.epoch}:${this.#delivered.seq}`)
  }

  end(): void {
    this.#frames = []
    this.#sent = null
    this.#delivered = null
  }

  failPage(): void {
    this.#pages = this.#pages.map((event, index) => (index === 0 ? failed(event) : event))
  }

  heartbeat(): void {
    if (this.#sent !== null) this.#frame({ t: 'hb', top: this.top }, this.#sent)
  }

  /** Another history of the same length, as after a restored backup. */
  restore(): void {
    this.#epoch += 1
    const length = this.top
    this.#log = []
    this.writeSilently(length)
    if (this.#sent !== null && this.#delivered !== null) this.cut()
  }

  #open(cursor: string): void {
    this.#frames = []
    const { epoch, seq } = parseCursor(cursor)
    this.#delivered = { epoch, seq }
    this.#sent = null
    if (epoch !== this.#epoch) {
      this.#frame({ t: 'reset', reason: 'foreign', top: this.top }, seq)
      return
    }
    if (this.top - seq > catchUpEntriesMax) {
      this.#frame({ t: 'reset', reason: 'too_far', top: this.top }, seq)
      return
    }
    this.#sent = seq
    this.#flush()
    this.#frame({ t: 'live', top: this.top }, this.top)
  }

  #flush(): void {
    while (this.#sent !== null && this.#sent < this.top) {
      const events = this.#log.slice(this.#sent, this.#sent + frameEntriesMax)
      this.#sent += events.length
      this.#frame({ t: 'ev', events }, this.#sent)
    }
  }

  #frame(frame: Extract<TimelineEvent, { t: 'frame' }>['frame'], seq: number): void {
    this.#frames.push({ t: 'frame', id: `${this.#epoch}:${seq}`, frame })
  }

  #page({ beforeSeq, limit }: { beforeSeq?: number; limit: number }): PageOutput {
    const end = (beforeSeq ?? this.top + 1) - 1
    const start = Math.max(0, end - limit)
    const none = { client: 0, operator: 0 }
    return {
      entries: this.#log.slice(start, end),
      cursor: `${this.#epoch}:${this.top}`,
      hasMore: start > 0,
      read: none,
      delivered: none,
    }
  }

  #entry(seq: number): LogEntry {
    const actor = { id: this.userId, name: `writer ${this.#epoch}`, role: 'client' }
    return logEntrySchema.parse({ seq, at: '2026-01-01T00:00:00.000Z', actor, kind: 'reopened' })
  }
}

function failed(event: TimelineEvent): TimelineEvent {
  if (event.t === 'olderPage') return { t: 'olderFailed' }
  return event.t === 'page' ? { t: 'pageFailed', code: null, final: false, afterMs: 0 } : event
}

function parseCursor(cursor: string): { epoch: number; seq: number } {
  const [epoch = 0, seq = 0] = cursor.split('~')[0]?.split(':').map(Number) ?? []
  return { epoch, seq }
}
