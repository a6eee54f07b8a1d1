import type { ChatHint, MarkHint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import { healMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { type FeedPosition, readFeedHorizon } from '@deskbell/db/queries/feed-tail'
import { tailFeed } from '../events/tail-feed.ts'
import type { Log } from '../log.ts'
import { type Change, ChangedChats } from './changed-chats.ts'
import { CountsBoard } from './counts-board.ts'
import { foldMs } from './fold-ms.ts'
import type { InboxReader } from './inbox-reader.ts'
import { InboxReaders } from './inbox-readers.ts'
import { OpenTransactionWatch } from './open-transaction-watch.ts'
import { type PersonalRow, readPersonalRows } from './personal-rows.ts'
import { pruneFeed } from './prune-feed.ts'
import { SentNumbers } from './sent-numbers.ts'
import { SharedRows } from './shared-rows.ts'

export type InboxOptions = { db: Database; log: Log }

const batchChats = 200
/** Short, so that there is never much to remove. */
const pruneMs = 10 * 60 * 1000

/**
 * The inboxes of one process. All of them live on two sources:
 *
 *   bus hint ──▶ changed chats ──(60–250 ms)──▶ rows, read once for all ──▶ readers
 *   feed tail ─▶ what of it was not sent yet                      (heals lost hints, moves the position)
 *
 * Promise: every feed row up to `position` has been handed to every reader that was there.
 * Nothing runs while there are no readers.
 */
export class Inbox {
  readonly #options: InboxOptions
  /** One frame for all readers who are told the same. */
  readonly sharedRows = new SharedRows()
  readonly #readers = new InboxReaders()
  readonly #counts: CountsBoard
  readonly #changed = new ChangedChats()
  readonly #sentRevs = new SentNumbers<ChatId>()
  /** By chat and reader: the read mark that a hint has told of. Delivered marks come far more often, and no row shows them. */
  readonly #heardReads = new SentNumbers<string>()
  /** By chat and reader: how many messages it had read. */
  readonly #sentReads = new SentNumbers<string>()
  /** Null while nobody reads. */
  #position: Promise<FeedPosition> | null = null
  #knownPosition: FeedPosition | null = null
  /** How many rows the last fold gave to readers. */
  #lastRows = 0
  #batchTimer: NodeJS.Timeout | undefined
  #tailTimer: NodeJS.Timeout | undefined
  readonly #openTransactions: OpenTransactionWatch
  #pruneTimer: NodeJS.Timeout | undefined
  #pruning: Promise<void> | null = null
  readonly #stopped = new AbortController()
  /** One batch or look at a time, so that rows leave in the order of their reading. */
  #work: Promise<void> = Promise.resolve()
  #tailing = false

  constructor(options: InboxOptions) {
    this.#options = options
    this.#counts = new CountsBoard({ ...options, readers: this.#readers })
    this.#openTransactions = new OpenTransactionWatch(options)
  }

  start(): void {
    this.#pruneTimer = setInterval(() => {
      this.#pruning ??= this.#prune().finally(() => {
        this.#pruning = null
      })
    }, pruneMs).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#pruneTimer)
    this.#stopped.abort()
    this.#idle()
    this.#counts.stop()
    await Promise.all([this.#work, this.#pruning])
  }

  get readers(): number {
    return this.#readers.size
  }

  /** From now on the reader gets every change. Call `leave` with it in the end. */
  join(reader: InboxReader): void {
    this.#readers.add(reader)
    this.#tailTimer ??= setInterval(() => this.#tail(), healMs).unref()
    this.#openTransactions.start()
  }

  leave(reader: InboxReader): void {
    this.#readers.remove(reader)
    if (this.#readers.size === 0) this.#idle()
  }

  /** Up to here the feed has been handed out. The first reader waits until the beginning is known. */
  position(): Promise<FeedPosition> {
    this.#position ??= this.#begin()
    return this.#position
  }

  /** The same at this moment; null while it is not known, and then nobody was handed anything. */
  get knownPosition(): FeedPosition | null {
    return this.#knownPosition
  }

  counts(actor: Actor): Promise<InboxCounts> {
    return this.#counts.first(actor)
  }

  hear(hint: ChatHint | MarkHint): void {
    if (this.#readers.size === 0) return
    if (hint.t === 'chat') this.#changed.add(hint.chatId)
    else if (this.#isReadAnew(hint)) this.#changed.addReader(hint.chatId, hint.userId, hint.role)
    else return
    this.#counts.touch(hint.clientId)
    this.#schedule()
  }

  /** Another history of the database: no position and no row of the old one holds. */
  reset(): void {
    this.#changed.clear()
    this.#sentRevs.clear()
    this.#heardReads.clear()
    this.#sentReads.clear()
    this.#counts.clear()
    this.#forgetPosition()
    for (const reader of [...this.#readers.all()]) reader.void()
  }

  #isReadAnew({ chatId, userId, readSeq }: MarkHint): boolean {
    const key = `${chatId}:${userId}`
    if (readSeq === 0 || this.#heardReads.has(key, readSeq)) return false
    this.#heardReads.set(key, readSeq)
    return true
  }

  #begin(): Promise<FeedPosition> {
    const beginning = readFeedHorizon(this.#options.db.orm)
    beginning.then(
      (position) => {
        if (this.#position === beginning) this.#knownPosition = position
      },
      () => {
        if (this.#position === beginning) this.#forgetPosition()
      },
    )
    return beginning
  }

  #forgetPosition(): void {
    this.#position = null
    this.#knownPosition = null
  }

  #idle(): void {
    clearTimeout(this.#batchTimer)
    clearInterval(this.#tailTimer)
    this.#openTransactions.stop()
    this.#batchTimer = undefined
    this.#tailTimer = undefined
    this.#forgetPosition()
    this.#changed.clear()
    this.#sentRevs.clear()
    this.#heardReads.clear()
    this.#sentReads.clear()
    this.#counts.clear()
  }

  #schedule(): void {
    this.#batchTimer ??= setTimeout(() => {
      this.#batchTimer = undefined
      this.#run(() => this.#sendChanged())
    }, foldMs(this.#lastRows)).unref()
  }

  #tail(): void {
    if (this.#tailing || this.#position === null) return
    this.#tailing = true
    this.#run(async () => {
      await this.#healFromFeed().finally(() => {
        this.#tailing = false
      })
    })
  }

  /** What fails is found again in the feed by the next look, because the position stays below it. */
  #run(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error) => this.#failed(error, 'changed chats could not be read'))
  }

  async #healFromFeed(): Promise<void> {
    const running = this.#position
    if (running === null) return
    const after = await running
    await this.#sendChanged()
    const position = await tailFeed(this.#options.db.orm, {
      after,
      onRows: (rows) => {
        for (const { chatId, rev, reader } of rows) {
          if (reader !== null) this.#changed.addReader(chatId, reader.userId, reader.role)
          else if (!this.#sentRevs.has(chatId, rev)) this.#changed.add(chatId)
        }
        return this.#sendChanged()
      },
    })
    if (this.#position !== running) return
    this.#position = Promise.resolve(position)
    this.#knownPosition = position
  }

  async #sendChanged(): Promise<void> {
    this.#lastRows = this.#changed.size * this.#readers.size
    while (this.#changed.size > 0 && this.#readers.size > 0) {
      const changes = this.#changed.take(batchChats)
      const rows = await readPersonalRows(this.#options.db.orm, [...changes.keys()])
      for (const personal of rows) {
        const change = changes.get(personal.row.id)
        if (change !== undefined) this.#send(personal, change)
      }
    }
  }

  /** The feed tells of marks that a hint has told of before: only what rose since concerns anybody. */
  #send(personal: PersonalRow, change: Change): void {
    const { row, readCounts } = personal
    for (const userId of change.readers.keys()) {
      const [key, count] = [`${row.id}:${userId}`, readCounts.get(userId) ?? 0]
      if (this.#sentReads.has(key, count)) change.readers.delete(userId)
      else this.#sentReads.set(key, count)
    }
    if (!change.chat && change.readers.size === 0) return
    this.#readers.offer(personal, change)
    if (change.chat) this.#sentRevs.set(row.id, row.rev)
    this.#counts.touch(row.client.id)
  }

  async #prune(): Promise<void> {
    try {
      await pruneFeed(this.#options.db.orm, this.#stopped.signal)
    } catch (error) {
      this.#failed(error, 'old feed rows could not be removed')
    }
  }

  #failed(error: unknown, message: string): void {
    this.#options.log.debug({ err: error }, message)
  }
}
