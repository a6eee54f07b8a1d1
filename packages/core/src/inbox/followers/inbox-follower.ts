import type { Chat } from '@deskbell/contract/chats'
import type { InboxCounts, InboxFrame } from '@deskbell/contract/inbox'
import type { FeedPosition } from '@deskbell/db/queries/log/feed-tail'
import type { Follower } from '../../streams/pushed-stream.ts'
import type { Watch } from '../../streams/watched.ts'
import { countsMs } from '../counts/counts-publisher.ts'
import { sameCounts } from '../counts/inbox-counts.ts'
import { formatInboxCursor, laterPosition } from './inbox-cursor.ts'
import type { InboxReader } from './inbox-reader.ts'
import type { SharedRows } from './shared-rows.ts'
import type { TrackedInboxFrame } from './tracked-inbox-frame.ts'

export type InboxStart = {
  /** The cursor of the frames until all missed rows have been sent. */
  cursor: string
  /** Null when the cursor cannot be served. */
  catchUp: { rows: Chat[]; counts: InboxCounts; position: FeedPosition } | null
}

export type InboxFollowerOptions = {
  epoch: string
  reader: InboxReader
  /** Makes a unique id from a cursor. */
  frameId: (cursor: string) => string
  /** The inbox of the process: its position in the feed, and the last frame of rows. */
  inbox: { readonly knownPosition: FeedPosition | null; readonly sharedRows: SharedRows }
  /** Wakes the stream, so that it calls `next` again. */
  wake: () => void
  start: InboxStart
  /** Whether any operator is online; null for an operator, who gets no such frame. */
  presence: Watch<boolean> | null
  leave: () => void
}

/** A row is about a kilobyte, so a frame stays well below what may wait for a slow socket. */
const frameRows = 40

/**
 * One reader of an inbox: it gets missed rows, counts, `live`, and then what changes.
 * The cursor advances only when no row waits, because then every row of the feed up to it has been sent.
 */
export class InboxFollower implements Follower<InboxFrame> {
  readonly #options: InboxFollowerOptions
  readonly #missed: Chat[]
  #cursor: string
  #state: 'catching-up' | 'counting' | 'live' | 'reset' = 'catching-up'
  #counts: InboxCounts | null = null
  #countsAt = 0
  #countsTimer: NodeJS.Timeout | undefined
  #sentPresence: boolean | null = null
  #position: FeedPosition | null

  constructor(options: InboxFollowerOptions) {
    this.#options = options
    this.#cursor = options.start.cursor
    this.#missed = [...(options.start.catchUp?.rows ?? [])]
    this.#position = options.start.catchUp?.position ?? null
  }

  /** Only after `reset` it is certain that no frame follows. */
  get isIdle(): boolean {
    return this.#state === 'reset'
  }

  next(): TrackedInboxFrame | null {
    const { reader, start } = this.#options
    if (this.#state === 'reset') return null
    if (start.catchUp === null || reader.isVoid) return this.#frame(this.#reset())
    switch (this.#state) {
      case 'catching-up':
        return this.#frame(this.#nextMissed(start.catchUp.counts))
      case 'counting':
        this.#state = 'live'
        return this.#frame({ t: 'live' })
      case 'live':
        return this.#nextRows() ?? this.#nextCounts() ?? this.#nextPresence()
    }
  }

  heartbeat(): TrackedInboxFrame {
    return this.#frame({ t: 'hb' })
  }

  leave(): void {
    clearTimeout(this.#countsTimer)
    this.#options.presence?.leave()
    this.#options.leave()
  }

  #reset(): InboxFrame {
    this.#state = 'reset'
    return { t: 'reset' }
  }

  #nextMissed(counts: InboxCounts): InboxFrame {
    if (this.#missed.length > 0) return { t: 'upsert', rows: this.#missed.splice(0, frameRows) }
    this.#state = 'counting'
    this.#advance()
    return this.#sendCounts(counts)
  }

  #nextRows(): TrackedInboxFrame | null {
    const { reader, inbox } = this.#options
    const rows = reader.takeRows(frameRows)
    const position = inbox.knownPosition
    if (reader.isEmpty && position !== null && position !== this.#position) {
      this.#position = this.#position === null ? position : laterPosition(this.#position, position)
      this.#advance()
    }
    if (rows.length === 0) return null
    return inbox.sharedRows.get(this.#cursor, rows, () => this.#frame({ t: 'upsert', rows }))
  }

  /** Sends counts at most every `countsMs`. Counts that arrive earlier are sent when that time has passed. */
  #nextCounts(): TrackedInboxFrame | null {
    const { counts } = this.#options.reader
    if (!this.#hasNewCounts(counts)) return null
    const waitMs = this.#countsAt + countsMs - performance.now()
    if (waitMs <= 0) return this.#frame(this.#sendCounts(counts))
    this.#countsTimer ??= setTimeout(() => {
      this.#countsTimer = undefined
      this.#options.wake()
    }, waitMs)
    return null
  }

  #nextPresence(): TrackedInboxFrame | null {
    const operatorsOnline = this.#options.presence?.current() ?? null
    if (operatorsOnline === null || operatorsOnline === this.#sentPresence) return null
    this.#sentPresence = operatorsOnline
    return this.#frame({ t: 'presence', operatorsOnline })
  }

  #hasNewCounts(counts: InboxCounts | null): counts is InboxCounts {
    return counts !== null && (this.#counts === null || !sameCounts(counts, this.#counts))
  }

  #sendCounts(counts: InboxCounts): InboxCounts {
    this.#counts = counts
    this.#countsAt = performance.now()
    return counts
  }

  #advance(): void {
    const { epoch } = this.#options
    if (this.#position !== null) this.#cursor = formatInboxCursor({ epoch, ...this.#position })
  }

  #frame(frame: InboxFrame): TrackedInboxFrame {
    return { id: this.#options.frameId(this.#cursor), frame }
  }
}
