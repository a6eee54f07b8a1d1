import type { Bus, ChatHint, Hint, MarkHint } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { frameEntriesMax, reconcileMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { GatheredReads } from '@deskbell/db/queries/gathered-reads'
import { type FeedSnapshot, readFeedChanges, readFeedSnapshot } from '@deskbell/db/queries/log/feed-tail'
import { type LogPlace, readChatMarks, readLogsAfter, readTops } from '@deskbell/db/queries/log/log'
import type { Executor } from '@deskbell/db/transaction'
import type { Clock } from '../clock.ts'
import { storedEntryView } from '../log/stored-entry-view.ts'
import type { Logger } from '../logger.ts'
import { createFrameIds } from '../streams/frame-ids.ts'
import { createHeartbeatWheel } from '../streams/heartbeat.ts'
import type { StreamContext } from '../streams/stream-context.ts'
import { type Wakeable, WakeQueue } from '../streams/wake-queue.ts'
import { type ChannelContext, ChatChannel } from './channel/chat-channel.ts'
import { RingBudget } from './channel/ring-budget.ts'
import type { FollowerContext } from './chat-follower.ts'
import { EpochWatch } from './epoch-watch.ts'
import { SuspensionDetector } from './suspension-detector.ts'

export type HubOptions = {
  db: Database
  bus: Bus
  log: Logger
  clock: Clock
  /** The memory of all rings together, in bytes. Default: `ringsBytesMax` of the limits. */
  ringsBytesMax?: number | undefined
}

/** What the hub has in memory now. `bytes`: the size of the entries as JSON. */
export type HubMemory = { chats: number; followers: number; entries: number; bytes: number }

/** What lives from the hints of the bus beside the followed chats. */
export type HubListener = {
  /** While a listener has readers, the hub checks the epoch, even if no chat is followed. */
  readonly hasReaders: boolean
  /** Receives each chat and mark hint of the current epoch, after the channel of its chat. */
  onHint(hint: ChatHint | MarkHint): void
  /** The epoch has changed: nothing that was read before is valid. */
  onReset(): void
}

/** Delivered marks are not in the feed, so each reconciliation also reads the marks of this many chats, in turn. */
const marksPerRound = 100
const retryMs = 250
/** One statement reads the entries after at most this many places. */
const placesInRead = 50
/** The hub logs its memory every this many ticks, which is once a minute. */
const memoryTicks = Math.round(60_000 / reconcileMs)

export function createHub(options: HubOptions): Hub {
  return new Hub(options)
}

/**
 * The state of all chats that are followed in one process.
 *
 *   bus hint ─▶ channel (ring, marks) ─▶ followers
 *      └─────▶ listeners (inbox)
 *   feed ─▶ reconciliation every 400 ms ─▶ channel        finds what lost hints did not bring
 *
 * Hints of another epoch are dropped. A new epoch drops every channel, and its followers get `reset`.
 */
export class Hub implements StreamContext {
  readonly wakes = new WakeQueue()
  readonly wheel = createHeartbeatWheel()
  readonly followerContext: FollowerContext
  readonly #options: HubOptions
  readonly #epoch: EpochWatch
  readonly #suspension: SuspensionDetector
  readonly #channels = new Map<ChatId, ChatChannel>()
  readonly #listeners: HubListener[] = []
  readonly #budget: RingBudget
  readonly #channelContext: ChannelContext
  /** Chats with a gap that could not be read. The feed does not name them again, so the next reconciliation does. */
  readonly #unfilled = new Set<ChatId>()
  #unsubscribe: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #reconciling: Promise<void> | null = null
  /** Everything committed in this snapshot was read. Null: the next reconciliation reads all followed chats. */
  #snapshot: FeedSnapshot | null = null
  /** Chats whose marks the next reconciliations read. */
  #marksQueue: ChatId[] = []
  #ticks = 0
  #isChecked = false
  #resync: Promise<void> | null = null
  readonly #resyncReads = new Set<() => Promise<void>>()
  #stopped = true

  constructor(options: HubOptions) {
    this.#options = options
    this.#epoch = new EpochWatch({ db: options.db, log: options.log, onChange: () => this.#resetAll() })
    this.#suspension = new SuspensionDetector(options.clock)
    this.#budget = new RingBudget(options.ringsBytesMax)
    this.#channelContext = channelContext(options, {
      budget: this.#budget,
      wakes: this.wakes,
      onUnfilled: (chatId) => this.#unfilled.add(chatId),
    })
    this.followerContext = {
      epoch: () => this.epoch(),
      frameId: createFrameIds(),
      clock: options.clock,
      wake: (follower) => this.wakes.add(follower),
      leave: (channel, follower) => this.leave(channel, follower),
    }
  }

  epoch(): string {
    return this.#epoch.current
  }

  /**
   * Compares whose chat it is with what the channel knows. When the chat has moved to another client, its log names
   * other authors, and the followers were admitted for the client before. So the channel is dropped, its followers get
   * `reset`, and whoever may still see the chat loads it anew. Returns false then.
   */
  confirmClient(channel: ChatChannel, clientId: UserId): boolean {
    if (channel.isOf(clientId)) return true
    if (this.#channels.get(channel.chatId) === channel) this.#channels.delete(channel.chatId)
    channel.void()
    return false
  }

  /** The number of chats that are followed in this process. */
  get followedChats(): number {
    return this.#channels.size
  }

  memory(): HubMemory {
    let followers = 0
    for (const channel of this.#channels.values()) followers += channel.followers
    return { chats: this.#channels.size, followers, entries: this.#budget.entries, bytes: this.#budget.bytes }
  }

  /** Call it before `start`. */
  addListener(listener: HubListener): void {
    this.#listeners.push(listener)
  }

  async start(): Promise<void> {
    await this.#epoch.start()
    this.#stopped = false
    this.#unsubscribe = this.#options.bus.subscribe((hint) => this.#receive(hint))
    this.#suspension.tick()
    this.#timer = setInterval(() => this.#tick(), reconcileMs).unref()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.wheel.stop()
    this.#unsubscribe?.()
    await this.#reconciling
  }

  /**
   * Wakes the follower whenever the chat may have something new, until `leave`. The first follower of a chat creates
   * its channel, and the last one drops it.
   */
  join(chatId: ChatId, follower: Wakeable): ChatChannel {
    const channel = this.#channels.get(chatId) ?? this.#open(chatId)
    channel.add(follower)
    return channel
  }

  /** May be called more than once. */
  leave(channel: ChatChannel, follower: Wakeable): void {
    channel.remove(follower)
    if (channel.followers > 0) return
    channel.close()
    if (this.#channels.get(channel.chatId) === channel) this.#channels.delete(channel.chatId)
  }

  /**
   * False after the process was suspended, until it has read its state again. Streams send nothing meanwhile. The
   * clocks are read once per turn of the event loop, because every frame asks.
   */
  get isFresh(): boolean {
    if (!this.#isChecked) {
      this.#isChecked = true
      setImmediate(() => {
        this.#isChecked = false
      })
      if (this.#suspension.isStale()) this.#startResync()
    }
    return this.#resync === null
  }

  /** Resolves when frames may be sent again, or when the hub was stopped. */
  async whenFresh(): Promise<void> {
    while (!this.isFresh && !this.#stopped) await this.#resync
  }

  /**
   * After a suspension, `read` runs before anything is sent again. If it rejects, it is retried and nothing is sent.
   * Returns the function that unregisters it.
   */
  onResync(read: () => Promise<void>): () => void {
    this.#resyncReads.add(read)
    return () => {
      this.#resyncReads.delete(read)
    }
  }

  #open(chatId: ChatId): ChatChannel {
    const channel = new ChatChannel(chatId, this.#channelContext)
    this.#channels.set(chatId, channel)
    return channel
  }

  #receive(hint: Hint): void {
    if (hint.t === 'session' || hint.epoch !== this.epoch()) return
    const channel = this.#channels.get(hint.chatId)
    if (hint.t === 'typing') {
      channel?.type({ ...hint, until: Date.parse(hint.until) }, this.#options.clock.now().getTime())
      return
    }
    if (hint.t === 'chat') {
      if (channel !== undefined && this.confirmClient(channel, hint.clientId)) channel.offer(hint)
    } else channel?.mark(hint)
    for (const listener of this.#listeners) listener.onHint(hint)
  }

  #tick(): void {
    if (this.#suspension.isStale()) this.#startResync()
    this.#suspension.tick()
    this.#logMemory()
    if (this.#reconciling !== null) return
    if (this.#channels.size === 0 && !this.#listeners.some(({ hasReaders }) => hasReaders)) {
      this.#snapshot = null
      return
    }
    this.#reconciling = this.#reconcile()
      .catch((error) => this.#options.log.debug({ err: error }, 'the reconciliation failed'))
      .finally(() => {
        this.#reconciling = null
      })
  }

  #logMemory(): void {
    this.#ticks += 1
    if (this.#ticks % memoryTicks === 0) this.#options.log.debug(this.memory(), 'memory of the hub')
  }

  /** Finds what lost hints did not bring. It reads the feed, so its cost depends on changes, not on followed chats. */
  async #reconcile(): Promise<void> {
    const { reserved } = this.#options.db
    for (const chatId of this.#unfilled) this.#channels.get(chatId)?.fillAgain()
    this.#unfilled.clear()
    if (this.#snapshot === null) return await this.#readAll()
    const epoch = this.epoch()
    const { snapshot, changed, read, isCut } = await readFeedChanges(reserved, this.#snapshot)
    if (isCut) return await this.#readAll()
    const marked = [...read, ...this.#nextForMarks()].filter((chatId) => this.#channels.has(chatId))
    await this.#readChats({ changed: changed.filter((chatId) => this.#channels.has(chatId)), marked })
    this.#setSnapshot(snapshot, epoch)
  }

  /** Reads all followed chats: without a snapshot, after a suspension, and when more changed than one read returns. */
  async #readAll(): Promise<void> {
    const epoch = this.epoch()
    const snapshot = await readFeedSnapshot(this.#options.db.reserved)
    const chatIds = [...this.#channels.keys()]
    await this.#readChats({ changed: chatIds, marked: chatIds })
    this.#setSnapshot(snapshot, epoch)
  }

  /** The snapshot has transaction ids, which mean nothing in another history of the database. */
  #setSnapshot(snapshot: FeedSnapshot, epoch: string): void {
    this.#snapshot = this.epoch() === epoch ? snapshot : null
  }

  async #readChats({ changed, marked }: { changed: ChatId[]; marked: ChatId[] }): Promise<void> {
    const { reserved } = this.#options.db
    // Taken before the reads. If the epoch changes, these channels are dropped, and none of them gets a new top.
    const channels = new Map([...changed, ...marked].map((chatId) => [chatId, this.#channels.get(chatId)]))
    const tops = changed.length > 0 ? await readTops(reserved, changed) : []
    const marks = marked.length > 0 ? await readChatMarks(reserved, marked) : []
    await this.#epoch.read()
    for (const { chatId, clientId, lastSeq } of tops) {
      const channel = this.#unchanged(channels, chatId)
      if (channel !== undefined && this.confirmClient(channel, clientId)) channel.observe(lastSeq)
    }
    for (const mark of marks) this.#unchanged(channels, mark.chatId)?.mark(mark)
  }

  #nextForMarks(): ChatId[] {
    if (this.#marksQueue.length === 0) this.#marksQueue = [...this.#channels.keys()]
    return this.#marksQueue.splice(-marksPerRound)
  }

  #unchanged(channels: ReadonlyMap<ChatId, ChatChannel | undefined>, chatId: ChatId): ChatChannel | undefined {
    const channel = this.#channels.get(chatId)
    return channel === channels.get(chatId) ? channel : undefined
  }

  /** The state of a suspended process is stale, so it reads epoch, tops, marks and sessions before it sends a frame. */
  #startResync(): void {
    if (this.#resync !== null || this.#stopped) return
    this.#suspension.tick()
    this.#options.log.warn({}, 'this process was suspended: it reads again what it knows before it sends')
    this.#resync = this.#resyncUntilDone().finally(() => {
      this.#resync = null
    })
  }

  async #resyncUntilDone(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#readAll()
        for (const read of this.#resyncReads) await read()
        return
      } catch (error) {
        this.#options.log.debug({ err: error }, 'the resync failed, trying again')
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
    }
  }

  #resetAll(): void {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    this.#snapshot = null
    for (const channel of channels) {
      channel.close()
      channel.wake()
    }
    for (const listener of this.#listeners) listener.onReset()
  }
}

/** Channels that read at the same time share statements. */
type ChannelShared = Pick<ChannelContext, 'budget' | 'wakes'> & { onUnfilled(chatId: ChatId): void }

function channelContext({ db, log }: HubOptions, { onUnfilled, ...shared }: ChannelShared): ChannelContext {
  const logs = new GatheredReads({
    read: (places: LogPlace[]) => readLogs(db.orm, places),
    keysMax: placesInRead,
    atOnceMax: 2,
  })
  return {
    ...shared,
    readLog: async (place) => (await logs.get(place)) ?? [],
    onError(error, chatId) {
      log.debug({ err: error, chatId }, 'a gap could not be read, trying again')
      onUnfilled(chatId)
    },
  }
}

/** Returns the entries after each place, at most one frame for each. */
async function readLogs(executor: Executor, places: readonly LogPlace[]): Promise<Map<LogPlace, LogEntry[]>> {
  const logs = await readLogsAfter(executor, { places, limit: frameEntriesMax })
  return new Map(
    places.map((place, index) => [place, (logs[index] ?? []).map((row) => storedEntryView(place.chatId, row))]),
  )
}
