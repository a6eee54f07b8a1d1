import type { ChatHint } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { frameEntriesMax, ringEntriesMax } from '@deskbell/contract/limits'
import { LastValueCache } from '../../streams/last-value-cache.ts'
import type { Wakeable, WakeQueue } from '../../streams/wake-queue.ts'
import { ChatMarks, type Mark } from './chat-marks.ts'
import { type FrameLimits, Ring, type SizedEntry, sized, takeFrame } from './ring.ts'
import type { RingBudget } from './ring-budget.ts'
import type { TrackedChatFrame, TrackedEntries } from './tracked-chat-frame.ts'
import { TypingState, type TypingUser } from './typing-state.ts'

/** Reads the next entries after a place from the database: as many as a frame may have, and none at the log's end. */
export type ReadLog = (place: { chatId: ChatId; afterSeq: number }) => Promise<LogEntry[]>

/** What the channels of a process share. */
export type ChannelContext = {
  readonly readLog: ReadLog
  onError(error: unknown, chatId: ChatId): void
  /** The memory of all rings of the process together. */
  readonly budget: RingBudget
  readonly wakes: WakeQueue
}

/** Frames of several entries stay below the bytes that may wait for a slow socket. */
const frameLimits: FrameLimits = { entries: frameEntriesMax, bytes: 48 * 1024 }

/**
 * One followed chat in one process: its ring, its marks, who is typing, and its followers.
 *
 * A hint that continues the log is appended and wakes the followers. A gap is read from the database once for all of
 * them. Hints may be lost, duplicated or out of order: the ring is always a contiguous part of the log.
 */
export class ChatChannel {
  readonly chatId: ChatId
  readonly marks = new ChatMarks()
  readonly typing = new TypingState()
  readonly #context: ChannelContext
  readonly #followers = new Set<Wakeable>()
  // Created on first use: thousands of channels have one follower each, and nothing happens in them.
  #sharedFrames: LastValueCache<TrackedChatFrame> | null = null
  #pages: Map<number, Promise<SizedEntry[]>> | null = null
  #ring: Ring | null = null
  /** The highest `seq` that a hint or a read has reported. */
  #reportedTop = 0
  #filling = false
  #closed = false
  #knowsMarks = false
  /** Null until it is known. */
  #clientId: UserId | null = null
  #isVoid = false
  #sharedEntries: TrackedEntries | null = null
  #sharedTop = 0
  #sharedVersion = 0

  constructor(chatId: ChatId, context: ChannelContext) {
    this.chatId = chatId
    this.#context = context
  }

  /** Frames without entries. Followers that get the same frame share one object, so it is serialized once. */
  get sharedFrames(): LastValueCache<TrackedChatFrame> {
    this.#sharedFrames ??= new LastValueCache()
    return this.#sharedFrames
  }

  get followers(): number {
    return this.#followers.size
  }

  /** The end of the log as far as it is known here; 0 before the first `observe`. */
  get top(): number {
    return this.#ring?.top ?? 0
  }

  add(follower: Wakeable): void {
    this.#followers.add(follower)
  }

  remove(follower: Wakeable): void {
    this.#followers.delete(follower)
  }

  /** The channel has no followers any more. A read may still be running. */
  close(): void {
    this.#closed = true
    if (this.#ring !== null) this.#context.budget.forget(this.#ring)
  }

  /** Whether the chat is of this client, as far as it is known here. The first one that is named counts. */
  isOf(clientId: UserId): boolean {
    this.#clientId ??= clientId
    return this.#clientId === clientId
  }

  /** True when the chat has moved to another client. Nothing of the channel is valid any more. */
  get isVoid(): boolean {
    return this.#isVoid
  }

  void(): void {
    this.#isVoid = true
    this.close()
    this.wake()
  }

  wake(): void {
    for (const follower of this.#followers) this.#context.wakes.add(follower)
  }

  /** The database reports that the log ends here, or did a moment ago. */
  observe(lastSeq: number): void {
    this.#ring ??= new Ring(lastSeq)
    this.#reportedTop = Math.max(this.#reportedTop, lastSeq)
    void this.#fill()
  }

  offer({ seq, entries }: Pick<ChatHint, 'seq' | 'entries'>): void {
    this.#reportedTop = Math.max(this.#reportedTop, seq)
    for (const { kind, actor, at } of entries) {
      if (kind === 'message' && actor !== null) this.typing.end(actor.id, Date.parse(at))
    }
    if (this.#ring === null) return
    const before = this.#ring.top
    this.#ring.append(entries)
    if (this.#ring.top > before) this.#onAppended(this.#ring)
    void this.#fill()
  }

  /** Reports whether the marks have been read. Hints and reconciliations then update them. */
  get knowsMarks(): boolean {
    return this.#knowsMarks
  }

  /** Takes the marks that were read after the channel was made. */
  learnMarks(marks: readonly Mark[]): void {
    this.#knowsMarks = true
    for (const mark of marks) this.mark(mark)
  }

  mark(mark: Mark): void {
    if (this.marks.merge(mark)) this.wake()
  }

  type(user: TypingUser, now: number): void {
    if (this.typing.merge(user, now)) this.wake()
  }

  /** Reads a gap again that could not be read. */
  fillAgain(): void {
    void this.#fill()
  }

  /** The next entries after a place, none at the end. Null when the ring does not have them: then `page` reads them. */
  after(seq: number): SizedEntry[] | null {
    if (this.#ring === null) return null
    return seq >= this.#ring.top ? [] : this.#ring.after(seq, frameLimits)
  }

  /** The step that was shared last; null unless it begins at this place, and log and marks are unchanged since. */
  sharedEntries(afterSeq: number): TrackedEntries | null {
    const shared = this.#sharedEntries
    const isSame =
      shared?.afterSeq === afterSeq && this.#sharedTop === this.top && this.#sharedVersion === this.marks.version
    return isSame ? shared : null
  }

  /** Keeps a step for other followers at its place. */
  share(entries: TrackedEntries): TrackedEntries {
    this.#sharedEntries = entries
    this.#sharedTop = this.top
    this.#sharedVersion = this.marks.version
    return entries
  }

  /** Reads the next entries after a place from the database. Followers at the same place share one read. */
  page(afterSeq: number): Promise<SizedEntry[]> {
    this.#pages ??= new Map()
    const pages = this.#pages
    const running = pages.get(afterSeq)
    if (running !== undefined) return running
    const page = this.#readPage(afterSeq).finally(() => {
      pages.delete(afterSeq)
      if (pages.size === 0 && this.#pages === pages) this.#pages = null
    })
    pages.set(afterSeq, page)
    return page
  }

  async #readPage(afterSeq: number): Promise<SizedEntry[]> {
    const entries = await this.#context.readLog({ chatId: this.chatId, afterSeq })
    return takeFrame(entries.map(sized), 0, frameLimits)
  }

  #onAppended(ring: Ring): void {
    if (!this.#closed) this.#context.budget.note(ring)
    this.wake()
  }

  /** Closes the gap between the ring and the highest reported `seq`. After a failure, the next report retries. */
  async #fill(): Promise<void> {
    const ring = this.#ring
    if (ring === null || this.#filling || ring.top >= this.#reportedTop) return
    this.#filling = true
    try {
      while (ring.top < this.#reportedTop) await this.#fillOnce(ring)
    } catch (error) {
      this.#context.onError(error, this.chatId)
    } finally {
      this.#filling = false
    }
  }

  async #fillOnce(ring: Ring): Promise<void> {
    const reportedTop = this.#reportedTop
    if (reportedTop - ring.top > ringEntriesMax) {
      ring.jump(reportedTop)
      return this.#onAppended(ring)
    }
    const before = ring.top
    const entries = await this.#context.readLog({ chatId: this.chatId, afterSeq: before })
    const whole = ring.append(entries)
    if (ring.top > before) this.#onAppended(ring)
    // The report exceeds what the database has: the database is right.
    if (!whole || (ring.top === before && this.#reportedTop === reportedTop)) this.#reportedTop = ring.top
  }
}
