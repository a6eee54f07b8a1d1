import type { Bus, Hint } from '@deskbell/bus/bus'
import type { ChatId } from '@deskbell/contract/ids'
import { healMs } from '@deskbell/contract/limits'
import type { Database } from '@deskbell/db/database'
import { GatheredReads } from '@deskbell/db/queries/gathered-reads'
import { readChatMarks, readLogAfter, readTops } from '@deskbell/db/queries/log'
import type { Clock } from '../clock.ts'
import { Inbox } from '../inbox/inbox.ts'
import type { Log } from '../log.ts'
import { ChatChannel } from './chat-channel.ts'
import type { FollowerHouse } from './chat-follower.ts'
import { EpochWatch } from './epoch-watch.ts'
import { createFrameIds } from './frame-ids.ts'
import { FrozenClock } from './frozen-clock.ts'
import { createHeartbeatWheel } from './heartbeat.ts'
import type { Mark } from './mark-board.ts'
import { RingBudget } from './ring-budget.ts'
import { storedEntryView } from './stored-entry-view.ts'
import type { StreamDesk } from './stream-desk.ts'
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

/** Marks change rarely and may be late, so they are compared with the database at every fifth look. */
const markLooks = 5
const retryMs = 250
/** Once a minute. */
const memoryTicks = Math.round(60_000 / healMs)

export function createHub(options: HubOptions): Hub {
  return new Hub(options)
}

/**
 * What one process knows of the chats that are followed in it.
 *
 *   bus hint ─▶ channel (ring, marks) ─▶ followers
 *   database ─▶ healing look every 400 ms ─▶ channel      finds what the hints did not bring
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
  readonly #frozen: FrozenClock
  readonly #channels = new Map<ChatId, ChatChannel>()
  readonly #budget: RingBudget
  readonly #marksOf: GatheredReads<ChatId, Mark[]>
  #unsubscribe: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | null = null
  #looks = 0
  #ticks = 0
  #thaw: Promise<void> | null = null
  readonly #thawLooks = new Set<() => Promise<void>>()
  #stopped = true

  constructor(options: HubOptions) {
    this.#options = options
    this.#epoch = new EpochWatch({ db: options.db, log: options.log, onChange: () => this.#voidAll() })
    this.#frozen = new FrozenClock(options.clock)
    this.#budget = new RingBudget(options.ringsBytesMax)
    this.#marksOf = new GatheredReads({
      read: async (chatIds) => Map.groupBy(await readChatMarks(options.db.orm, chatIds), ({ chatId }) => chatId),
    })
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
    this.#frozen.tick()
    this.#timer = setInterval(() => this.#tick(), healMs).unref()
    this.inbox.start()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#timer)
    this.wheel.stop()
    this.#unsubscribe?.()
    this.#epoch.stop()
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

  /** True when nothing stands against sending at this moment. */
  get isTrusted(): boolean {
    if (this.#frozen.isStale()) this.#recover()
    return this.#thaw === null && this.#epoch.isTrusted
  }

  /** Resolves when frames may be sent again: the epoch is known, and a process that stood still has looked around. */
  async trusted(): Promise<void> {
    while (!this.isTrusted && !this.#stopped) {
      await this.#thaw
      await this.#epoch.trusted()
    }
  }

  /** Runs `look` too before a process that stood still sends again; while it throws, nothing is sent. */
  beforeThaw(look: () => Promise<void>): () => void {
    this.#thawLooks.add(look)
    return () => {
      this.#thawLooks.delete(look)
    }
  }

  #open(chatId: ChatId): ChatChannel {
    const { db, log } = this.#options
    const channel = new ChatChannel({
      chatId,
      readLog: async (slice) => (await readLogAfter(db.orm, slice)).map((row) => storedEntryView(slice.chatId, row)),
      readMarks: async () => (await this.#marksOf.get(chatId)) ?? [],
      budget: this.#budget,
      wakes: this.wakes,
      onError: (error) => log.debug({ err: error, chatId }, 'a gap could not be read, trying again'),
    })
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
    if (this.#frozen.isStale()) this.#recover()
    this.#frozen.tick()
    this.#tellMemory()
    if (this.#looking !== null || (this.#channels.size === 0 && this.inbox.readers === 0)) return
    this.#looking = this.#look()
      .catch((error) => this.#options.log.debug({ err: error }, 'the healing look failed'))
      .finally(() => {
        this.#looking = null
      })
  }

  #tellMemory(): void {
    this.#ticks += 1
    if (this.#ticks % memoryTicks === 0) this.#options.log.debug(this.memory(), 'memory of the hub')
  }

  /** One query for all followed chats finds what lost hints have hidden. */
  async #look(): Promise<void> {
    const { orm } = this.#options.db
    // Before the reads: if another history shows, these channels are gone before they could take its tops.
    const channels = new Map(this.#channels)
    const chatIds = [...channels.keys()]
    const tops = await readTops(orm, chatIds)
    this.#looks += 1
    const marks = this.#looks % markLooks === 0 ? await readChatMarks(orm, chatIds) : []
    await this.#epoch.read()
    for (const { chatId, lastSeq } of tops) this.#still(channels, chatId)?.observe(lastSeq)
    for (const mark of marks) this.#still(channels, mark.chatId)?.mark(mark)
  }

  #still(channels: ReadonlyMap<ChatId, ChatChannel>, chatId: ChatId): ChatChannel | undefined {
    const channel = this.#channels.get(chatId)
    return channel === channels.get(chatId) ? channel : undefined
  }

  /** After standing still, a process knows nothing any more: it sends no frame before it has read epoch, tops and sessions. */
  #recover(): void {
    if (this.#thaw !== null || this.#stopped) return
    this.#frozen.tick()
    this.#options.log.warn({}, 'this process stood still: looking around before it sends')
    this.#thaw = this.#lookUntilDone().finally(() => {
      this.#thaw = null
    })
  }

  async #lookUntilDone(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look()
        for (const look of this.#thawLooks) await look()
        return
      } catch (error) {
        this.#options.log.debug({ err: error }, 'looking around failed, trying again')
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
    }
  }

  #voidAll(): void {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    for (const channel of channels) {
      channel.close()
      channel.wake()
    }
    this.inbox.reset()
  }
}
