import type { ChatHint, MarkHint } from '@deskbell/bus/bus'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatId } from '@deskbell/contract/ids'
import type { InboxCounts } from '@deskbell/contract/inbox'
import { reconcileMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { type FeedPosition, type FeedSnapshot, horizonOf, readFeedSnapshot } from '@deskbell/db/queries/log/feed-tail'
import type { Logger } from '../logger.ts'
import type { HubListener } from '../subscriptions/hub.ts'
import { batchDelayMs } from './batch-delay.ts'
import { type Change, ChangedChats } from './changed-chats.ts'
import { CountsPublisher } from './counts/counts-publisher.ts'
import { OpenTransactionWatch } from './feed/open-transaction-watch.ts'
import { FeedPruner } from './feed/prune-feed.ts'
import { tailFeed } from './feed/tail-feed.ts'
import type { InboxReader } from './followers/inbox-reader.ts'
import { InboxReaders } from './followers/inbox-readers.ts'
import { type PersonalRow, readPersonalRows } from './followers/personal-rows.ts'
import { SharedRows } from './followers/shared-rows.ts'
import { SentNumbers } from './sent-numbers.ts'

export type InboxOptions = { db: Database; log: Logger }

const batchChats = 200
/** Often, so that there is never much to remove. */
const pruneMs = 10 * 60 * 1000

/**
 * The inboxes of one process. They get their changes from two sources:
 *
 *   bus hint ──▶ changed chats ──(60–250 ms)──▶ rows, read once for all ──▶ readers
 *   feed tail ─▶ changes that were not sent yet    (makes up for lost hints, advances the position)
 *
 * The tail reads what was committed since the snapshot of the tick before, so a transaction that stays open anywhere
 * delays no other change. Clients resume from the position, which is the oldest transaction open in that snapshot.
 *
 * Promise: every feed row up to `position` has been passed to every reader that had joined.
 * Without readers nothing runs but the removal of old feed rows.
 */
export class Inbox implements HubListener {
  readonly #options: InboxOptions
  /** One frame for all readers that get the same rows. */
  readonly sharedRows = new SharedRows()
  readonly #readers = new InboxReaders()
  readonly #counts: CountsPublisher
  readonly #changed = new ChangedChats()
  readonly #sentRevs = new SentNumbers<ChatId>()
  /** By chat and user: the last read mark of a hint. Most mark hints raise only delivered marks, which no row has. */
  readonly #hintedReads = new SentNumbers<string>()
  /** By chat and user: the count of read messages that was sent last. */
  readonly #sentReads = new SentNumbers<string>()
  /**
   * Every feed row that is visible in it has been passed on. Null until a reader needs it, and again after the last one
   * has left.
   */
  #snapshot: Promise<FeedSnapshot> | null = null
  #knownPosition: FeedPosition | null = null
  /** The chats of the last fold times the readers. No more rows than that were sent. */
  #lastRows = 0
  #batchTimer: NodeJS.Timeout | undefined
  #tailTimer: NodeJS.Timeout | undefined
  readonly #openTransactions: OpenTransactionWatch
  readonly #pruner: FeedPruner
  #pruneTimer: NodeJS.Timeout | undefined
  #pruning: Promise<void> | null = null
  readonly #stopped = new AbortController()
  /** One fold or read of the feed at a time, so that rows are sent in the order in which they were read. */
  #work: Promise<void> = Promise.resolve()
  #tailing = false

  constructor(options: InboxOptions) {
    this.#options = options
    this.#counts = new CountsPublisher({ ...options, readers: this.#readers })
    this.#openTransactions = new OpenTransactionWatch(options)
    this.#pruner = new FeedPruner(options.db.orm)
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
    this.#clear()
    await this.#counts.stop()
    await Promise.all([this.#work, this.#pruning])
  }

  get hasReaders(): boolean {
    return this.#readers.size > 0
  }

  /** The reader receives every change from now on, until `leave`. */
  join(reader: InboxReader): void {
    this.#readers.add(reader)
    this.#tailTimer ??= setInterval(() => this.#tail(), reconcileMs).unref()
    this.#openTransactions.start()
  }

  leave(reader: InboxReader): void {
    this.#readers.remove(reader)
    if (this.#readers.size === 0) this.#clear()
  }

  /** The position up to which the feed has been passed on. Rejects when it cannot be read. */
  async position(): Promise<FeedPosition> {
    this.#snapshot ??= this.#readSnapshot()
    return horizonOf(await this.#snapshot)
  }

  /** The same without waiting; null while it is not known. */
  get knownPosition(): FeedPosition | null {
    return this.#knownPosition
  }

  counts(actor: Actor): Promise<InboxCounts> {
    return this.#counts.first(actor)
  }

  onHint(hint: ChatHint | MarkHint): void {
    if (!this.hasReaders) return
    if (hint.t === 'chat') this.#changed.add(hint.chatId)
    else if (this.#isNewRead(hint)) this.#changed.addReader(hint.chatId, hint.userId, hint.role)
    else return
    this.#counts.touch(hint.clientId)
    this.#schedule()
  }

  /** No position and no row of the old history is valid. */
  onReset(): void {
    this.#changed.clear()
    this.#sentRevs.clear()
    this.#hintedReads.clear()
    this.#sentReads.clear()
    this.#counts.clear()
    this.#pruner.startAgain()
    this.#startAgain()
  }

  #isNewRead({ chatId, userId, readSeq }: MarkHint): boolean {
    const key = `${chatId}:${userId}`
    if (readSeq === 0 || this.#hintedReads.has(key, readSeq)) return false
    this.#hintedReads.set(key, readSeq)
    return true
  }

  #readSnapshot(): Promise<FeedSnapshot> {
    const reading = readFeedSnapshot(this.#options.db.orm)
    reading.then(
      (snapshot) => {
        if (this.#snapshot === reading) this.#knownPosition = horizonOf(snapshot)
      },
      () => {
        if (this.#snapshot === reading) this.#forgetPosition()
      },
    )
    return reading
  }

  #forgetPosition(): void {
    this.#snapshot = null
    this.#knownPosition = null
  }

  /** The readers may have missed changes, so their clients load the list again. */
  #startAgain(): void {
    this.#forgetPosition()
    for (const reader of [...this.#readers.all()]) reader.void()
  }

  #clear(): void {
    clearTimeout(this.#batchTimer)
    clearInterval(this.#tailTimer)
    this.#openTransactions.stop()
    this.#batchTimer = undefined
    this.#tailTimer = undefined
    this.#forgetPosition()
    this.#changed.clear()
    this.#sentRevs.clear()
    this.#hintedReads.clear()
    this.#sentReads.clear()
    this.#counts.clear()
  }

  #schedule(): void {
    this.#batchTimer ??= setTimeout(() => {
      this.#batchTimer = undefined
      this.#run(() => this.#sendChanged())
    }, batchDelayMs(this.#lastRows)).unref()
  }

  #tail(): void {
    if (this.#tailing || this.#snapshot === null) return
    this.#tailing = true
    this.#run(async () => {
      await this.#reconcile().finally(() => {
        this.#tailing = false
      })
    })
  }

  /** If the work fails, the next read of the feed finds its changes again, because the snapshot does not include them. */
  #run(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error) => this.#failed(error, 'changed chats could not be read'))
  }

  async #reconcile(): Promise<void> {
    const running = this.#snapshot
    if (running === null) return
    const since = await running
    await this.#sendChanged()
    const snapshot = await tailFeed(this.#options.db.orm, {
      since,
      onRows: (rows) => {
        for (const { chatId, rev, reader } of rows) {
          if (reader !== null) this.#changed.addReader(chatId, reader.userId, reader.role)
          else if (!this.#sentRevs.has(chatId, rev)) this.#changed.add(chatId)
        }
        return this.#sendChanged()
      },
    })
    if (this.#snapshot !== running) return
    if (snapshot === null) return this.#startAgain()
    this.#snapshot = Promise.resolve(snapshot)
    this.#knownPosition = horizonOf(snapshot)
  }

  async #sendChanged(): Promise<void> {
    if (this.#changed.size === 0) return
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

  /** The feed repeats marks that a hint has brought before. Only counts that have risen since are sent. */
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
      await this.#pruner.run(this.#stopped.signal)
    } catch (error) {
      this.#failed(error, 'old feed rows could not be removed')
    }
  }

  #failed(error: unknown, message: string): void {
    this.#options.log.debug({ err: error }, message)
  }
}
