import type { Chat } from '@deskbell/contract/chats'
import type { InboxCounts, InboxFrame } from '@deskbell/contract/inbox'
import type { FeedPosition } from '@deskbell/db/queries/feed-tail'
import { createFrameIds } from '../events/frame-ids.ts'
import { nextHeartbeat } from '../events/heartbeat.ts'
import type { StreamWait } from '../events/stream-wait.ts'
import type { Watch } from '../presence/watched.ts'
import { countsMs } from './counts-board.ts'
import { sameCounts } from './inbox-counts.ts'
import { formatInboxCursor, laterPosition } from './inbox-cursor.ts'
import type { InboxReader } from './inbox-reader.ts'

export type InboxStep = { id: string; frame: InboxFrame }

export type InboxStart = {
  /** The cursor of frames until the catch-up is through. */
  cursor: string
  /** Null: this cursor cannot be served. */
  catchUp: { rows: Chat[]; counts: InboxCounts; position: FeedPosition } | null
}

export type InboxFollowerOptions = {
  epoch: string
  reader: InboxReader
  wait: StreamWait
  /** The process's place in the feed. */
  position: () => Promise<FeedPosition>
  start: InboxStart
  /** Is any operator here; null for a reader who is not told. */
  presence: Watch<boolean> | null
}

/** A row is about a kilobyte, so a frame stays well below what may wait for a slow socket. */
const frameRows = 40

/**
 * One reader of an inbox: missed rows, counts, `live`, and then what changes.
 * The cursor moves on only when nothing waits: then all that the feed held up to there has been sent.
 */
export class InboxFollower {
  readonly #options: InboxFollowerOptions
  readonly #frameId = createFrameIds()
  readonly #missed: Chat[]
  #cursor: string
  #state: 'catching-up' | 'counting' | 'live' | 'reset' = 'catching-up'
  #counts: InboxCounts | null = null
  #countsAt = 0
  #presenceSaid: boolean | null = null
  #place: FeedPosition | null
  #heartbeatAt = nextHeartbeat()

  constructor(options: InboxFollowerOptions) {
    this.#options = options
    this.#cursor = options.start.cursor
    this.#missed = [...(options.start.catchUp?.rows ?? [])]
    this.#place = options.start.catchUp?.position ?? null
  }

  async next(): Promise<InboxStep> {
    for (;;) {
      const frame = await this.#now()
      if (frame !== null) return this.#step(frame)
      const now = performance.now()
      const outcome = await this.#options.wait.pause(Math.min(this.#heartbeatAt, this.#countsDueAt(now)) - now)
      if (outcome === 'timeout' && performance.now() >= this.#heartbeatAt) return this.#step({ t: 'hb' })
    }
  }

  /** What may really be sent, once sending is possible: everything may have become void while the frame waited. */
  confirm(step: InboxStep): InboxStep {
    if (this.#state === 'reset' || !this.#options.reader.isVoid) return step
    return this.#step(this.#reset())
  }

  async #now(): Promise<InboxFrame | null> {
    const { reader, start } = this.#options
    if (this.#state === 'reset') return null
    if (start.catchUp === null || reader.isVoid) return this.#reset()
    switch (this.#state) {
      case 'catching-up':
        return this.#nextMissed(start.catchUp.counts)
      case 'counting':
        this.#state = 'live'
        return { t: 'live' }
      case 'live':
        return (await this.#nextRows()) ?? this.#nextCounts() ?? this.#nextPresence()
    }
  }

  #reset(): InboxFrame {
    this.#state = 'reset'
    return { t: 'reset' }
  }

  #nextMissed(counts: InboxCounts): InboxFrame {
    if (this.#missed.length > 0) return { t: 'upsert', rows: this.#missed.splice(0, frameRows) }
    this.#state = 'counting'
    this.#advance()
    return this.#sayCounts(counts)
  }

  async #nextRows(): Promise<InboxFrame | null> {
    const { reader, wait, position } = this.#options
    // Read before the rows are taken: what is handed out later belongs to a later place.
    const place = await wait.until(position())
    if (reader.isVoid) return null
    const rows = reader.takeRows(frameRows)
    if (reader.isEmpty) {
      this.#place = this.#place === null ? place : laterPosition(this.#place, place)
      this.#advance()
    }
    return rows.length > 0 ? { t: 'upsert', rows } : null
  }

  #nextCounts(): InboxFrame | null {
    const { counts } = this.#options.reader
    if (!this.#hasNewCounts(counts) || performance.now() < this.#countsAt + countsMs) return null
    return this.#sayCounts(counts)
  }

  #nextPresence(): InboxFrame | null {
    const operatorsOnline = this.#options.presence?.current() ?? null
    if (operatorsOnline === null || operatorsOnline === this.#presenceSaid) return null
    this.#presenceSaid = operatorsOnline
    return { t: 'presence', operatorsOnline }
  }

  #hasNewCounts(counts: InboxCounts | null): counts is InboxCounts {
    return counts !== null && (this.#counts === null || !sameCounts(counts, this.#counts))
  }

  #countsDueAt(now: number): number {
    if (this.#state !== 'live' || !this.#hasNewCounts(this.#options.reader.counts)) return Number.POSITIVE_INFINITY
    return Math.max(now, this.#countsAt + countsMs)
  }

  #sayCounts(counts: InboxCounts): InboxCounts {
    this.#counts = counts
    this.#countsAt = performance.now()
    return counts
  }

  #advance(): void {
    const { epoch } = this.#options
    if (this.#place !== null) this.#cursor = formatInboxCursor({ epoch, ...this.#place })
  }

  #step(frame: InboxFrame): InboxStep {
    this.#heartbeatAt = nextHeartbeat()
    return { id: this.#frameId(this.#cursor), frame }
  }
}
