import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import type { Calls } from '../calls.ts'
import { SdkError } from '../sdk-error.ts'
import { createStore, type Store } from '../store.ts'
import { ChatKeeper } from './chat-keeper.ts'
import { ChatSender } from './chat-sender.ts'
import {
  discard,
  emptyQueue,
  enqueue,
  holdAll,
  markStored,
  messagesOf,
  type NewItem,
  observe,
  type Queue,
  type QueueItem,
  release,
  retryFailed,
  withdraw,
} from './queue-state.ts'
import { ResumeGate, type Watcher } from './resume-gate.ts'
import type { Shelf } from './shelf.ts'
import { Waiters } from './waiters.ts'

export type OutboxOptions = {
  chatId: ChatId
  timeoutMs: number
  /** Null as long as nobody knows whose messages these are; then they wait in memory, and none leaves. */
  shelf: Shelf | null
  /** Is it sure whose messages these are? Left out: it is. */
  maySend?: () => boolean
  /** Nothing waits and nobody looks: the outbox may be closed and forgotten. */
  onIdle?: () => void
}

/** Own messages of one chat on their way: the queue that is shown, kept by a keeper and sent by a sender. */
export class ChatOutbox {
  readonly queue: Store<Queue>
  readonly #calls: Calls
  readonly #options: OutboxOptions
  readonly #store = createStore<Queue>(emptyQueue)
  readonly #waiters = new Waiters()
  readonly #gate = new ResumeGate(() => this.#resumed())
  readonly #keeper: ChatKeeper
  readonly #sender: ChatSender
  /** Own messages of the log that is shown: what another page left behind may stand there already. */
  readonly #seen = new Set<string>()
  /** Stored, as other tabs say: one that lost the database for a while may put such a message there again. */
  readonly #storedElsewhere = new Map<string, Pick<Message, 'clientMsgId' | 'seq'>>()
  #closed = false

  constructor(calls: Calls, options: OutboxOptions) {
    const { chatId, timeoutMs, shelf } = options
    this.queue = this.#store
    this.#calls = calls
    this.#options = options
    const awaited = () => this.#waiters.ids
    this.#keeper = new ChatKeeper({
      chatId,
      queue: this.#store,
      keeps: (item) => this.#keeps(item),
      sift: (queue) => observe(markStored(queue, [...this.#storedElsewhere.values()]), this.#seen, 0),
      onMerged: () => this.#sender.pump(),
      onWritten: () => this.#rest(),
    })
    this.#sender = new ChatSender(calls, {
      chatId,
      queue: this.#store,
      timeoutMs,
      awaited,
      mayLeave: () => (options.maySend?.() ?? true) && this.#gate.isOpen,
      turn: () => this.#keeper.turn(),
      refresh: () => this.#keeper.refresh(),
      onStored: (messages) => this.#sent(messages),
      onRefused: (clientMsgId, code) => this.#refused(clientMsgId, code),
      onSessionEnded: (code) => this.#tellAll(code),
    })
    if (shelf !== null) this.#keeper.use(shelf)
  }

  /** Adds a message. One that waits under the same id stays as it is, one that failed is tried again. */
  add(item: Omit<NewItem, 'waitsSince'>): void {
    const now = Date.now()
    this.#set((queue) => enqueue(retryFailed(queue, item.clientMsgId, now), { ...item, waitsSince: now }))
    this.#sender.pump()
  }

  /** The outcome of a message that waits. Rejects with `SdkError`, or with the signal's reason. */
  outcome(clientMsgId: string, signal?: AbortSignal): Promise<Message> {
    if (this.#closed) return Promise.reject(new SdkError('unavailable'))
    const onLeft = () => this.#set((queue) => withdraw(queue, clientMsgId))
    return this.#waiters.wait(clientMsgId, onLeft, signal)
  }

  retry(clientMsgId: string): void {
    this.#set((queue) => retryFailed(queue, clientMsgId, Date.now()))
    this.#sender.pump()
  }

  release(clientMsgId: string): void {
    this.#set((queue) => release(queue, clientMsgId, Date.now()))
    this.#sender.pump()
  }

  discard(clientMsgId: string): void {
    this.#set((queue) => discard(queue, clientMsgId))
  }

  /** Somebody shows the log of this chat, and calls `observe`. */
  watch(): Watcher {
    const watcher = this.#gate.watch()
    const leave = () => {
      watcher.leave()
      if (!this.#gate.isWatched) this.#forgetStored()
      this.#rest()
    }
    return { ...watcher, leave }
  }

  /** Entries appeared in the log that is shown, which now reaches `shownSeq`. */
  observe(entries: readonly LogEntry[], shownSeq: number): void {
    const own = messagesOf(entries).filter((message) => this.#calls.isOwn(message))
    for (const { clientMsgId } of own) if (clientMsgId !== null) this.#seen.add(clientMsgId)
    const queue = this.#store.getSnapshot()
    if (queue.length === 0) return
    const ids = new Set(own.map((message) => message.clientMsgId))
    const waiting = new Set(queue.map((item) => item.clientMsgId).filter((clientMsgId) => ids.has(clientMsgId)))
    this.#sent(own.filter(({ clientMsgId }) => clientMsgId !== null && waiting.has(clientMsgId)))
    this.#store.set(observe(queue, waiting, shownSeq))
  }

  /** Another tab says that these are stored, or that something else has changed. */
  told(stored: readonly Message[]): void {
    if (this.#gate.isWatched) {
      for (const { clientMsgId, seq } of stored) {
        if (clientMsgId !== null) this.#storedElsewhere.set(clientMsgId, { clientMsgId, seq })
      }
    }
    this.#set((queue) => markStored(queue, stored))
    for (const message of stored) this.#waiters.resolve(message)
    void this.#keeper.refresh()
  }

  /** Now it is known whose messages these are. */
  use(shelf: Shelf): void {
    this.#sender.reset()
    this.#keeper.use(shelf)
    this.#sender.pump()
  }

  /** What kept messages from leaving may be over. */
  goOn(): void {
    this.#sender.pump()
  }

  /** Somebody signed in, and these may be another's: a person decides about them. */
  hold(): void {
    this.#tellAll('unauthenticated')
    this.#set(holdAll)
  }

  /** The account is another one, or none: its messages are neither shown nor sent any more. */
  leaveAccount(): void {
    this.#sender.reset()
    this.#keeper.leave()
    this.#tellAll('unauthenticated')
    this.#forgetStored()
  }

  /** Nothing leaves any more; those who wait are told. What is kept stays. */
  close(): void {
    this.#closed = true
    this.#sender.close()
    this.#gate.close()
    this.#keeper.stop()
    for (const clientMsgId of this.#waiters.ids) this.#waiters.reject(clientMsgId, 'unavailable')
  }

  #forgetStored(): void {
    this.#seen.clear()
    this.#storedElsewhere.clear()
  }

  #set(change: (queue: Queue) => Queue): void {
    this.#store.set(change(this.#store.getSnapshot()))
  }

  #resumed(): void {
    void this.#keeper.refresh()
    this.#sender.pump()
  }

  /** One that a program waits for; or one that will stand in the log, which is not here yet. */
  #keeps({ clientMsgId }: QueueItem): boolean {
    return this.#waiters.ids.has(clientMsgId) || !this.#gate.hasResumed
  }

  #sent(messages: readonly Message[]): void {
    this.#keeper.shelf?.tellStored(this.#options.chatId, messages)
    for (const message of messages) this.#waiters.resolve(message)
  }

  /** A program that waits is told, and then the message is its business; otherwise it stays to be looked at. */
  #refused(clientMsgId: string, code: ErrorCode): void {
    if (this.#waiters.reject(clientMsgId, code)) this.discard(clientMsgId)
  }

  /** Programs that wait are told; what nobody waits for stays for the next session. */
  #tellAll(code: ErrorCode): void {
    for (const clientMsgId of this.#waiters.ids) {
      this.#waiters.reject(clientMsgId, code)
      this.#set((queue) => withdraw(queue, clientMsgId))
    }
  }

  /** Without somebody who shows the log, a stored message is done. */
  #rest(): void {
    if (this.#gate.isWatched || this.#closed) return
    this.#set((queue) => observe(queue, new Set(), Number.POSITIVE_INFINITY))
    if (this.#store.getSnapshot().length === 0 && !this.#keeper.isBusy) this.#options.onIdle?.()
  }
}
