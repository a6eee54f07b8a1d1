import type { ChatHint } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { frameEntriesMax, ringEntriesMax } from '@deskbell/contract/limits'
import { LastMade } from '../streams/last-made.ts'
import type { Wakeable, WakeQueue } from '../streams/wake-queue.ts'
import type { ChatStep, EntriesStep } from './chat-step.ts'
import { type Mark, MarkBoard } from './mark-board.ts'
import { type FrameLimits, frameful, Ring, type SizedEntry, sized } from './ring.ts'
import type { RingBudget } from './ring-budget.ts'
import { TypingBoard, type Writer } from './typing-board.ts'

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
  readonly marks = new MarkBoard()
  readonly typing = new TypingBoard()
  readonly #context: ChannelContext
  readonly #followers = new Set<Wakeable>()
  // Created on first use: thousands of channels have one follower each, and nothing happens in them.
  #besideSteps: LastMade<ChatStep> | null = null
  #pages: Map<number, Promise<SizedEntry[]>> | null = null
  #ring: Ring | null = null
  /** The highest `seq` that a hint or a read has reported. */
  #told = 0
  #filling = false
  #closed = false
  #knowsMarks = false
  #made: EntriesStep | null = null
  #madeTop = 0
  #madeVersion = 0

  constructor(chatId: ChatId, context: ChannelContext) {
    this.chatId = chatId
    this.#context = context
  }

  /** Frames without entries. Followers that get the same frame share one object, so it is serialized once. */
  get besideSteps(): LastMade<ChatStep> {
    this.#besideSteps ??= new LastMade()
    return this.#besideSteps
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

  wake(): void {
    for (const follower of this.#followers) this.#context.wakes.add(follower)
  }

  /** The database reports that the log ends here, or did a moment ago. */
  observe(lastSeq: number): void {
    this.#ring ??= new Ring(lastSeq)
    this.#told = Math.max(this.#told, lastSeq)
    void this.#fill()
  }

  offer({ seq, entries }: Pick<ChatHint, 'seq' | 'entries'>): void {
    this.#told = Math.max(this.#told, seq)
    for (const { kind, actor, at } of entries) {
      if (kind === 'message' && actor !== null) this.typing.end(actor.id, Date.parse(at))
    }
    if (this.#ring === null) return
    const before = this.#ring.top
    this.#ring.append(entries)
    if (this.#ring.top > before) this.#grown(this.#ring)
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

  type(writer: Writer, now: number): void {
    if (this.typing.merge(writer, now)) this.wake()
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
  madeStep(afterSeq: number): EntriesStep | null {
    const made = this.#made
    const isSame = made?.afterSeq === afterSeq && this.#madeTop === this.top && this.#madeVersion === this.marks.version
    return isSame ? made : null
  }

  /** Keeps a step for other followers at its place. */
  share(step: EntriesStep): EntriesStep {
    this.#made = step
    this.#madeTop = this.top
    this.#madeVersion = this.marks.version
    return step
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
    return frameful(entries.map(sized), 0, frameLimits)
  }

  #grown(ring: Ring): void {
    if (!this.#closed) this.#context.budget.note(ring)
    this.wake()
  }

  /** Closes the gap between the ring and the highest reported `seq`. After a failure, the next report retries. */
  async #fill(): Promise<void> {
    const ring = this.#ring
    if (ring === null || this.#filling || ring.top >= this.#told) return
    this.#filling = true
    try {
      while (ring.top < this.#told) await this.#fillOnce(ring)
    } catch (error) {
      this.#context.onError(error, this.chatId)
    } finally {
      this.#filling = false
    }
  }

  async #fillOnce(ring: Ring): Promise<void> {
    const told = this.#told
    if (told - ring.top > ringEntriesMax) {
      ring.jump(told)
      return this.#grown(ring)
    }
    const before = ring.top
    const entries = await this.#context.readLog({ chatId: this.chatId, afterSeq: before })
    const whole = ring.append(entries)
    if (ring.top > before) this.#grown(ring)
    // The report exceeds what the database has: the database is right.
    if (!whole || (ring.top === before && this.#told === told)) this.#told = ring.top
  }
}
