import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import type { Message } from '@deskbell/contract/messages'
import { SdkError } from '../base/errors.ts'
import type { FileToSend } from '../base/options.ts'
import { createStore, type Store } from '../base/store.ts'
import type { ServerApi } from '../server-api.ts'
import type { AccountStore } from './account-store.ts'
import { ChatSender } from './chat-sender.ts'
import { checkFiles, type FileAct, pendingFiles } from './files/files-to-send.ts'
import type { PendingMessage } from './pending-message.ts'
import { QueuePersistence } from './queue-persistence.ts'
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
  toPending,
  withdraw,
} from './queue-state.ts'
import { ResumeGate, type Watcher } from './resume-gate.ts'
import { Waiters } from './waiters.ts'

export type OutboxOptions = {
  chatId: ChatId
  sendTimeoutMs: number
  /** Null while it is unknown whose messages these are. They then wait in memory, and none is sent. */
  accountStore: AccountStore | null
  /** Reports whether it is certain whose messages these are. Default: it is. */
  maySend?: () => boolean
  /** Nothing is queued and no log is shown: the outbox may be closed and dropped. */
  onIdle?: () => void
  /** Where messages with files wait. Without it there are none. */
  fileMessages?: FileMessagesOfChat
}

type NewMessage = Omit<NewItem, 'waitsSince'> & { readonly files?: readonly FileToSend[] | undefined }

export type FileMessagesOfChat = {
  add(message: PendingMessage): void
  act(clientMsgId: string, act: FileAct): void
}

/**
 * The own messages of one chat that are not in the log yet: a queue that is shown, a `QueuePersistence` and a
 * `ChatSender`.
 */
export class ChatOutbox {
  readonly queue: Store<Queue>
  /** The messages whose files are not on the server, and with the state `sending` those of the queue that have files. */
  readonly fileMessages: Store<readonly PendingMessage[]>
  readonly #fileMessages = createStore<readonly PendingMessage[]>([])
  readonly #serverApi: ServerApi
  readonly #options: OutboxOptions
  readonly #store = createStore<Queue>(emptyQueue)
  readonly #waiters = new Waiters()
  readonly #gate = new ResumeGate(() => this.#resumed())
  readonly #persistence: QueuePersistence
  readonly #sender: ChatSender
  /** Own messages of the shown log. It may contain messages that another page left in the storage. */
  readonly #seen = new Map<string, Message>()
  /**
   * Messages that other tabs reported as stored. A tab that lost the database for a while may write their rows again.
   */
  readonly #storedElsewhere = new Map<string, Pick<Message, 'clientMsgId' | 'seq'>>()
  #closed = false

  constructor(serverApi: ServerApi, options: OutboxOptions) {
    const { chatId, sendTimeoutMs, accountStore } = options
    this.queue = this.#store
    this.fileMessages = this.#fileMessages
    this.#serverApi = serverApi
    this.#options = options
    const awaited = () => this.#waiters.ids
    this.#persistence = new QueuePersistence({
      chatId,
      queue: this.#store,
      staysWithoutRow: (item) => this.#staysWithoutRow(item),
      removeSeen: (queue) => this.#removeSeen(queue),
      onMerged: () => this.#sender.pump(),
      onWritten: () => this.#closeIfIdle(),
    })
    this.#sender = new ChatSender(serverApi, {
      chatId,
      queue: this.#store,
      sendTimeoutMs,
      awaited,
      mayLeave: () => (options.maySend?.() ?? true) && this.#gate.isOpen,
      sendLock: () => this.#persistence.sendLock(),
      refresh: () => this.#persistence.refresh(),
      onStored: (messages) => this.#sent(messages),
      onRefused: (clientMsgId, code) => this.#refused(clientMsgId, code),
      onSessionEnded: (code) => this.#rejectAll(code),
    })
    if (accountStore !== null) this.#persistence.use(accountStore)
  }

  /**
   * Adds a message. One that waits under the same id stays as it is; one that failed is retried. Throws `SdkError` if
   * its files are too many or too large.
   */
  add({ files = [], ...item }: NewMessage): void {
    const { clientMsgId } = item
    const known = this.find(clientMsgId)
    checkFiles(files)
    if (known === undefined && files.length > 0) {
      this.#options.fileMessages?.add({ ...item, files: pendingFiles(files), state: 'queued', code: null })
      return
    }
    if (this.#actOnFiles(clientMsgId, 'retry')) return
    const now = Date.now()
    // One that is stored is done, and the same id is asked for anew: nothing else would answer who waits for it.
    if (!this.#gate.isWatched) this.#dropStored()
    this.#set((queue) => enqueue(retryFailed(queue, clientMsgId, now), { ...item, waitsSince: now }))
    this.#sender.pump()
  }

  /** Shows what waits for its files. */
  setFiles(messages: readonly PendingMessage[]): void {
    this.#fileMessages.set(messages)
    if (messages.length === 0) this.#closeIfIdle()
  }

  /** Returns the message as it waits here, for its files or for its turn. */
  find(clientMsgId: string): PendingMessage | undefined {
    const item = this.#store.getSnapshot().find((each) => each.clientMsgId === clientMsgId)
    if (item !== undefined) return toPending(item)
    return this.#fileMessages.getSnapshot().find((message) => message.clientMsgId === clientMsgId)
  }

  /** Reports whether a program waits for the outcome of a message. */
  isAwaited(clientMsgId: string): boolean {
    return this.#waiters.ids.has(clientMsgId)
  }

  /** The files of a message are refused. Reports whether a program waited for it. */
  refuse(clientMsgId: string, code: ErrorCode): boolean {
    return this.#waiters.reject(clientMsgId, code)
  }

  /** Resolves with the stored message. Rejects with `SdkError`, or with the signal's reason. */
  outcome(clientMsgId: string, signal?: AbortSignal): Promise<Message> {
    if (this.#closed) return Promise.reject(new SdkError('unavailable'))
    const onLeft = () => this.#set((queue) => withdraw(queue, clientMsgId))
    return this.#waiters.wait(clientMsgId, onLeft, signal)
  }

  retry(clientMsgId: string): void {
    if (this.#actOnFiles(clientMsgId, 'retry')) return
    this.#set((queue) => retryFailed(queue, clientMsgId, Date.now()))
    this.#sender.pump()
  }

  release(clientMsgId: string): void {
    if (this.#actOnFiles(clientMsgId, 'release')) return
    this.#set((queue) => release(queue, clientMsgId, Date.now()))
    this.#sender.pump()
  }

  discard(clientMsgId: string): void {
    if (this.#actOnFiles(clientMsgId, 'discard')) return
    this.#set((queue) => discard(queue, clientMsgId))
  }

  /** Registers a view of this chat's log. It must call `observe`. */
  watch(): Watcher {
    const watcher = this.#gate.watch()
    const leave = () => {
      watcher.leave()
      if (!this.#gate.isWatched) this.#forgetStored()
      this.#closeIfIdle()
    }
    return { ...watcher, leave }
  }

  /** New entries appeared in the shown log, which now reaches `shownSeq`. */
  observe(entries: readonly LogEntry[], shownSeq: number): void {
    const own = messagesOf(entries).filter((message) => this.#serverApi.isOwn(message))
    for (const message of own) if (message.clientMsgId !== null) this.#seen.set(message.clientMsgId, message)
    const queue = this.#store.getSnapshot()
    if (queue.length === 0) return
    const ids = new Set(own.map((message) => message.clientMsgId))
    const waiting = new Set(queue.map((item) => item.clientMsgId).filter((clientMsgId) => ids.has(clientMsgId)))
    this.#sent(own.filter(({ clientMsgId }) => clientMsgId !== null && waiting.has(clientMsgId)))
    this.#store.set(observe(queue, waiting, shownSeq))
  }

  /** Another tab reports that these are stored, or that other rows have changed. */
  onStoredElsewhere(stored: readonly Message[]): void {
    if (this.#gate.isWatched) {
      for (const { clientMsgId, seq } of stored) {
        if (clientMsgId !== null) this.#storedElsewhere.set(clientMsgId, { clientMsgId, seq })
      }
    }
    this.#set((queue) => markStored(queue, stored))
    for (const message of stored) this.#waiters.resolve(message)
    void this.#persistence.refresh()
  }

  /** Sets the storage, once it is known whose messages these are. */
  use(accountStore: AccountStore): void {
    this.#sender.reset()
    this.#persistence.use(accountStore)
    this.#sender.pump()
  }

  /** Tries to send again, because an obstacle may be gone. */
  resumeSending(): void {
    this.#sender.pump()
  }

  /** Somebody signed in, and these messages may be another user's: they wait for a decision. */
  hold(): void {
    this.#rejectAll('unauthenticated')
    this.#set(holdAll)
  }

  /** Another account is signed in, or none: these messages are neither shown nor sent any more. */
  leaveAccount(): void {
    this.#sender.reset()
    this.#persistence.leave()
    this.#fileMessages.set([])
    this.#rejectAll('unauthenticated')
    this.#forgetStored()
  }

  /** Stops sending and rejects waiting sends. Rows that are stored stay. */
  close(): void {
    this.#closed = true
    this.#sender.close()
    this.#gate.close()
    this.#persistence.stop()
    for (const clientMsgId of this.#waiters.ids) this.#waiters.reject(clientMsgId, 'unavailable')
  }

  /** Removes what the shown log contains. Another tab may still be sending it, and must be notified. */
  #removeSeen(queue: Queue): Queue {
    const seen = queue.flatMap(({ clientMsgId }) => this.#seen.get(clientMsgId) ?? [])
    // The tab that reported a message knows it. Two tabs that answered each other's reports would never stop.
    this.#sent(seen.filter(({ clientMsgId }) => !this.#storedElsewhere.has(clientMsgId ?? '')))
    const ids = new Set(seen.flatMap(({ clientMsgId }) => clientMsgId ?? []))
    return observe(markStored(queue, [...this.#storedElsewhere.values()]), ids, 0)
  }

  #forgetStored(): void {
    this.#seen.clear()
    this.#storedElsewhere.clear()
  }

  /** Reports whether the message waits for its files: then their part acts. */
  #actOnFiles(id: string, act: FileAct): boolean {
    const messages = this.#fileMessages.getSnapshot()
    const waits = messages.some(({ clientMsgId, state }) => clientMsgId === id && state !== 'sending')
    if (waits) this.#options.fileMessages?.act(id, act)
    return waits
  }

  #set(change: (queue: Queue) => Queue): void {
    this.#store.set(change(this.#store.getSnapshot()))
  }

  #resumed(): void {
    void this.#persistence.refresh()
    this.#sender.pump()
  }

  /** Keeps a message that a program waits for, or that will appear in a log which has not resumed yet. */
  #staysWithoutRow({ clientMsgId }: QueueItem): boolean {
    return this.#waiters.ids.has(clientMsgId) || !this.#gate.hasResumed
  }

  #sent(messages: readonly Message[]): void {
    this.#persistence.accountStore?.publishStored(this.#options.chatId, messages)
    for (const message of messages) this.#waiters.resolve(message)
  }

  /** Rejects waiting programs and then drops the message; without any, it stays in the queue as failed. */
  #refused(clientMsgId: string, code: ErrorCode): void {
    // Its uploads had expired, and are made anew.
    if (code === 'not_found' && !this.#isFailed(clientMsgId)) return
    if (this.#waiters.reject(clientMsgId, code)) this.discard(clientMsgId)
  }

  /** Rejects waiting programs and withdraws their messages. The others stay for the next session. */
  #rejectAll(code: ErrorCode): void {
    for (const clientMsgId of this.#waiters.ids) {
      this.#waiters.reject(clientMsgId, code)
      this.#set((queue) => withdraw(queue, clientMsgId))
    }
  }

  #isFailed(clientMsgId: string): boolean {
    return this.#store.getSnapshot().some((item) => item.clientMsgId === clientMsgId && item.stage === 'failed')
  }

  #dropStored(): void {
    this.#set((queue) => observe(queue, new Set(), Number.POSITIVE_INFINITY))
  }

  /** While no log is shown, a stored message is done. */
  #closeIfIdle(): void {
    if (this.#gate.isWatched || this.#closed) return
    this.#dropStored()
    const waiting = this.#store.getSnapshot().length + this.#fileMessages.getSnapshot().length
    if (waiting === 0 && !this.#persistence.isBusy) this.#options.onIdle?.()
  }
}
