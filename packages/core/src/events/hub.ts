import type { Bus, Hint } from '@deskbell/bus/bus'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { frameEntriesMax, healMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { type FeedSnapshot, readFeedChanges, readFeedSnapshot } from '@deskbell/db/queries/feed-tail'
import { GatheredReads } from '@deskbell/db/queries/gathered-reads'
import { type LogPlace, readChatMarks, readLogsAfter, readTops } from '@deskbell/db/queries/log'
import type { Executor } from '@deskbell/db/transaction'
import type { Clock } from '../clock.ts'
import { Inbox } from '../inbox/inbox.ts'
import type { Log } from '../log.ts'
import { type ChannelContext, ChatChannel } from './chat-channel.ts'
import type { FollowerHouse } from './chat-follower.ts'
import { EpochWatch } from './epoch-watch.ts'
import { createFrameIds } from './frame-ids.ts'
import { createHeartbeatWheel } from './heartbeat.ts'
import { RingBudget } from './ring-budget.ts'
import { storedEntryView } from './stored-entry-view.ts'
import type { StreamDesk } from './stream-desk.ts'
import { SuspensionDetector } from './suspension-detector.ts'
import { type Wakeable, WakeQueue } from './wake-queue.ts'

export type HubOptions = {
  db: Database
  bus: Bus
  log: Log
  clock: Clock
  /** What all rings may hold together. */
  ringsBytesMax?: number | undefined
}

/** What the hub holds at this moment. `bytes`: of the entries, as they are on the wire. */
export type HubMemory = { chats: number; followers: number; entries: number; bytes: number }

/** Delivered marks are not in the feed and may be late: each reconciliation compares those of so many chats, in turn. */
const marksInTurn = 100
const retryMs = 250
/** What is read at once is at most this many pages of entries. */
const placesInRead = 50
/** Once a minute. */
const memoryTicks = Math.round(60_000 / healMs)

export function createHub(options: HubOptions): Hub {
  return new Hub(options)
}

/**
 * What one process knows of the chats that are followed in it.
 *
 *   bus hint ─▶ channel (ring, marks) ─▶ followers
 *   feed ─▶ reconciliation every 400 ms ─▶ channel        finds what the hints did not bring
 *
 * Hints of another epoch are dropped; a new epoch drops every channel and its followers get `reset`.
 */
export class Hub implements StreamDesk {
  readonly inbox: Inbox
  readonly wakes = new WakeQueue()
  readonly wheel = createHeartbeatWheel()
  readonly house: FollowerHouse
  readonly #options: HubOptions
  readonly #epoch: EpochWatch
  readonly #suspension: SuspensionDetector
  readonly #channels = new Map<ChatId, ChatChannel>()
  readonly #budget: RingBudget
  readonly #channelContext: ChannelContext
  #unsubscribe: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | null = null
  /** Everything that was committed by then is known here. Null: nothing is. */
  #known: FeedSnapshot | null = null
  /** Chats whose marks are to be compared next. */
  #turn: ChatId[] = []
  #ticks = 0
  #isChecked = false
  #resync: Promise<void> | null = null
  readonly #resyncReads = new Set<() => Promise<void>>()
  #stopped = true

  constructor(options: HubOptions) {
    this.#options = options
    this.#epoch = new EpochWatch({ db: options.db, log: options.log, onChange: () => this.#voidAll() })
    this.#suspension = new SuspensionDetector(options.clock)
    this.#budget = new RingBudget(options.ringsBytesMax)
    this.#channelContext = channelContext(options, { budget: this.#budget, wakes: this.wakes })
    this.inbox = new Inbox({ db: options.db, log: options.log })
    this.house = {
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

  /** How many chats are followed here. */
  get followedChats(): number {
    return this.#channels.size
  }

  memory(): HubMemory {
    let followers = 0
    for (const channel of this.#channels.values()) followers += channel.followers
    return { chats: this.#channels.size, followers, entries: this.#budget.entries, bytes: this.#budget.bytes }
  }

  async start(): Promise<void> {
    await this.#epoch.start()
    this.#stopped = false
    this.#unsubscribe = this.#options.bus.subscribe((hint) => this.#hear(hint))
    this.#suspension.tick()
    this.#timer = setInterval(() => this.#tick(), healMs).unref()
    this.inbox.start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.wheel.stop()
    this.#unsubscribe?.()
    await this.inbox.stop()
    await this.#looking
  }

  /** From now on the follower is woken whenever the chat may have something new. The first seat makes the channel, the last one drops it. */
  join(chatId: ChatId, follower: Wakeable): ChatChannel {
    const channel = this.#channels.get(chatId) ?? this.#open(chatId)
    channel.add(follower)
    return channel
  }

  /** May be said more than once. */
  leave(channel: ChatChannel, follower: Wakeable): void {
    channel.remove(follower)
    if (channel.followers > 0) return
    channel.close()
    if (this.#channels.get(channel.chatId) === channel) this.#channels.delete(channel.chatId)
  }

  /**
   * False after the process was suspended, until it has read again what it knows. Nothing is sent meanwhile. The clocks
   * are read once in a turn of the event loop, because every frame asks.
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

  /** Resolves when frames may be sent again. */
  async whenFresh(): Promise<void> {
    while (!this.isFresh && !this.#stopped) await this.#resync
  }

  /** Runs `read` too before a process that was suspended sends again; while it throws, nothing is sent. */
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

  #hear(hint: Hint): void {
    if (hint.t === 'session' || hint.epoch !== this.epoch()) return
    const channel = this.#channels.get(hint.chatId)
    if (hint.t === 'typing') {
      channel?.type({ ...hint, until: Date.parse(hint.until) }, this.#options.clock.now().getTime())
      return
    }
    if (hint.t === 'chat') channel?.offer(hint)
    else channel?.mark(hint)
    this.inbox.hear(hint)
  }

  #tick(): void {
    if (this.#suspension.isStale()) this.#startResync()
    this.#suspension.tick()
    this.#tellMemory()
    if (this.#looking !== null) return
    if (this.#channels.size === 0 && this.inbox.readers === 0) {
      this.#known = null
      return
    }
    this.#looking = this.#reconcile()
      .catch((error) => this.#options.log.debug({ err: error }, 'the reconciliation failed'))
      .finally(() => {
        this.#looking = null
      })
  }

  #tellMemory(): void {
    this.#ticks += 1
    if (this.#ticks % memoryTicks === 0) this.#options.log.debug(this.memory(), 'memory of the hub')
  }

  /** Finds what lost hints did not bring, by the feed: it costs what has changed, and not what is followed. */
  async #reconcile(): Promise<void> {
    const { reserved } = this.#options.db
    if (this.#known === null) return await this.#readEverything()
    const epoch = this.epoch()
    const { snapshot, changed, read, isCut } = await readFeedChanges(reserved, this.#known)
    if (isCut) return await this.#readEverything()
    const marked = [...read, ...this.#nextInTurn()].filter((chatId) => this.#channels.has(chatId))
    await this.#readChats({ changed: changed.filter((chatId) => this.#channels.has(chatId)), marked })
    this.#nowKnown(snapshot, epoch)
  }

  /** All followed chats: at the start, and after more was missed than the feed is read for. */
  async #readEverything(): Promise<void> {
    const epoch = this.epoch()
    const snapshot = await readFeedSnapshot(this.#options.db.reserved)
    const chatIds = [...this.#channels.keys()]
    await this.#readChats({ changed: chatIds, marked: chatIds })
    this.#nowKnown(snapshot, epoch)
  }

  /** Numbers of transactions mean nothing in another history. */
  #nowKnown(snapshot: FeedSnapshot, epoch: string): void {
    this.#known = this.epoch() === epoch ? snapshot : null
  }

  async #readChats({ changed, marked }: { changed: ChatId[]; marked: ChatId[] }): Promise<void> {
    const { reserved } = this.#options.db
    // Before the reads: if another history shows, these channels are gone before they could take its tops.
    const channels = new Map(this.#channels)
    const tops = changed.length > 0 ? await readTops(reserved, changed) : []
    const marks = marked.length > 0 ? await readChatMarks(reserved, marked) : []
    await this.#epoch.read()
    for (const { chatId, lastSeq } of tops) this.#still(channels, chatId)?.observe(lastSeq)
    for (const mark of marks) this.#still(channels, mark.chatId)?.mark(mark)
  }

  #nextInTurn(): ChatId[] {
    if (this.#turn.length === 0) this.#turn = [...this.#channels.keys()]
    return this.#turn.splice(-marksInTurn)
  }

  #still(channels: ReadonlyMap<ChatId, ChatChannel>, chatId: ChatId): ChatChannel | undefined {
    const channel = this.#channels.get(chatId)
    return channel === channels.get(chatId) ? channel : undefined
  }

  /** What a suspended process knows is old: it sends no frame before it has read epoch, tops and sessions again. */
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
        await this.#readEverything()
        for (const read of this.#resyncReads) await read()
        return
      } catch (error) {
        this.#options.log.debug({ err: error }, 'the resync failed, trying again')
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
    }
  }

  #voidAll(): void {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    this.#known = null
    for (const channel of channels) {
      channel.close()
      channel.wake()
    }
    this.inbox.reset()
  }
}

/** Reads of many channels that are asked for together are one statement. */
function channelContext({ db, log }: HubOptions, shared: Pick<ChannelContext, 'budget' | 'wakes'>): ChannelContext {
  const marks = new GatheredReads({
    read: async (chatIds: ChatId[]) => Map.groupBy(await readChatMarks(db.orm, chatIds), ({ chatId }) => chatId),
  })
  const logs = new GatheredReads({
    read: (places: LogPlace[]) => readLogs(db.orm, places),
    keysMax: placesInRead,
    atOnceMax: 2,
  })
  return {
    ...shared,
    readLog: async (place) => (await logs.get(place)) ?? [],
    readMarks: async (chatId) => (await marks.get(chatId)) ?? [],
    onError: (error, chatId) => log.debug({ err: error, chatId }, 'a gap could not be read, trying again'),
  }
}

/** The entries after many places, at most a frame of each. */
async function readLogs(executor: Executor, places: readonly LogPlace[]): Promise<Map<LogPlace, LogEntry[]>> {
  const logs = await readLogsAfter(executor, { places, limit: frameEntriesMax })
  return new Map(
    places.map((place, index) => [place, (logs[index] ?? []).map((row) => storedEntryView(place.chatId, row))]),
  )
}
