import type { ErrorCode } from '@deskbell/contract/errors'
import type { LogEntry } from '@deskbell/contract/events'
import type { ChatId } from '@deskbell/contract/ids'
import { batchItemsMax } from '@deskbell/contract/limits'
import type { Message, SendBatchOutput, SendOutcome } from '@deskbell/contract/messages'
import type { Calls } from '../calls.ts'
import { retryDelayMs } from '../connection/retry-delay.ts'
import { errorCode, isRetryable, retryAfterMs } from '../error-code.ts'
import { SdkError } from '../sdk-error.ts'
import { createStore, type Store } from '../store.ts'
import {
  discard,
  emptyQueue,
  endBatch,
  enqueue,
  isTooLarge,
  markOverdue,
  markSending,
  messagesOf,
  type NewItem,
  nextBatch,
  observe,
  type Queue,
  type QueueItem,
  refuse,
  release,
  retryFailed,
  settle,
  withdraw,
} from './queue-state.ts'

export type OutboxOptions = {
  chatId: ChatId
  timeoutMs: number
  /** Nothing waits and nobody looks: the outbox may be closed and forgotten. */
  onIdle?: () => void
}

type Waiter = { resolve(message: Message): void; reject(error: unknown): void }

/**
 * Sends own messages of one chat: first in, first out, one request at a time. What got no answer is sent again with
 * the same `clientMsgId`, so the server stores it once. A retry starts with the oldest message that waits, so the
 * order holds also when the request that was given up arrives late.
 */
export class ChatOutbox {
  readonly queue: Store<Queue>
  readonly #calls: Calls
  readonly #options: OutboxOptions
  readonly #store = createStore<Queue>(emptyQueue)
  readonly #waiters = new Map<string, Set<Waiter>>()
  #attempt = 0
  #itemsMax = batchItemsMax
  #watchers = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #closed = false
  readonly #stopListening: () => void

  constructor(calls: Calls, options: OutboxOptions) {
    this.queue = this.#store
    this.#calls = calls
    this.#options = options
    this.#stopListening = calls.connection.subscribe(() => this.#lineChanged())
  }

  /** Adds a message. One that waits under the same id stays as it is, one that failed is tried again. */
  add(item: Omit<NewItem, 'waitsSince'>): void {
    this.#set((queue) => enqueue(retryFailed(queue, item.clientMsgId, Date.now()), { ...item, waitsSince: Date.now() }))
    this.#pump()
  }

  /** The outcome of a message that waits. Rejects with `SdkError`, or with the signal's reason. */
  outcome(clientMsgId: string, signal?: AbortSignal): Promise<Message> {
    if (this.#closed) return Promise.reject(new SdkError('unavailable'))
    const waiters = this.#waiters.get(clientMsgId) ?? new Set()
    this.#waiters.set(clientMsgId, waiters)
    const settled = new AbortController()
    return new Promise<Message>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject }
      waiters.add(waiter)
      const abort = () => {
        waiters.delete(waiter)
        reject(signal?.reason)
        if (waiters.size > 0) return
        this.#store.set(withdraw(this.#store.getSnapshot(), clientMsgId))
        this.#rest()
      }
      signal?.addEventListener('abort', abort, { once: true, signal: settled.signal })
    }).finally(() => settled.abort())
  }

  retry(clientMsgId: string): void {
    this.#set((queue) => retryFailed(queue, clientMsgId, Date.now()))
    this.#pump()
  }

  release(clientMsgId: string): void {
    this.#set((queue) => release(queue, clientMsgId, Date.now()))
    this.#pump()
  }

  discard(clientMsgId: string): void {
    this.#store.set(discard(this.#store.getSnapshot(), clientMsgId))
  }

  /** Somebody shows the log of this chat, and calls `observe`. Returns how to leave. */
  watch(): () => void {
    this.#watchers += 1
    return () => {
      this.#watchers -= 1
      this.#rest()
    }
  }

  /** Entries appeared in the log that is shown, which now reaches `shownSeq`. */
  observe(entries: readonly LogEntry[], shownSeq: number): void {
    if (this.#store.getSnapshot().length === 0) return
    const own = messagesOf(entries).filter((message) => this.#calls.isOwn(message))
    const seen = new Set(own.flatMap((message) => message.clientMsgId ?? []))
    this.#store.set(observe(this.#store.getSnapshot(), seen, shownSeq))
    for (const message of own) this.#resolve(message.clientMsgId, message)
  }

  /** Nothing leaves any more; those who wait are told. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#stopListening()
    const waiters = [...this.#waiters.values()].flatMap((set) => [...set])
    for (const waiter of waiters) waiter.reject(new SdkError('unavailable'))
  }

  #set(change: (queue: Queue) => Queue): void {
    const next = change(this.#store.getSnapshot())
    this.#store.set(next.map((item, order) => (item.order === order ? item : { ...item, order })))
  }

  /** Back: all programs of a restarted server come at one moment, so a random wait first. Ended: nothing to wait for. */
  #lineChanged(): void {
    const { kind } = this.#calls.connection.getSnapshot()
    if (this.#store.getSnapshot().length === 0) return
    if (kind === 'online') this.#pumpLater(0)
    if (kind === 'ended') this.#pumpNow()
  }

  #pumpNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pump()
  }

  #pump(): void {
    if (this.#closed || this.#busy || this.#timer !== undefined) return
    const batch = nextBatch(this.#store.getSnapshot(), this.#itemsMax)
    if (batch.length === 0) return
    this.#calls.connect()
    if (this.#calls.connection.getSnapshot().kind === 'waiting') {
      this.#waitForLine()
      return
    }
    this.#store.set(markSending(this.#store.getSnapshot(), batch))
    void this.#send(batch)
  }

  /** The line is away: nothing is sent, but after a while those who look are told that it is not sure. */
  #waitForLine(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#store.set(markOverdue(this.#store.getSnapshot()))
    }, this.#options.timeoutMs)
  }

  async #send(batch: readonly QueueItem[]): Promise<void> {
    this.#busy = true
    try {
      const output = await this.#request(batch)
      this.#busy = false
      this.#answered(output.items)
    } catch (error) {
      this.#busy = false
      this.#failed(error, batch)
    }
  }

  async #request(batch: readonly QueueItem[]): Promise<SendBatchOutput> {
    if (batch.some(isTooLarge)) throw new SdkError('too_large')
    const items = batch.map(({ text, clientMsgId }) => ({ text, clientMsgId }))
    const signal = AbortSignal.timeout(this.#options.timeoutMs)
    return await this.#calls.sendBatch({ chatId: this.#options.chatId, items }, signal)
  }

  #answered(outcomes: readonly SendOutcome[]): void {
    this.#store.set(settle(this.#store.getSnapshot(), outcomes))
    for (const outcome of outcomes) {
      if ('message' in outcome) this.#resolve(outcome.clientMsgId, outcome.message)
      else if (!outcome.error.retryable) this.#reject(outcome.clientMsgId, outcome.error.code)
    }
    this.#rest()
    this.#itemsMax = batchItemsMax
    const again = outcomes.some((outcome) => 'error' in outcome && outcome.error.retryable)
    if (!again) this.#attempt = 0
    if (again) this.#pumpLater(0)
    else this.#pump()
  }

  #failed(error: unknown, batch: readonly QueueItem[]): void {
    const code = errorCode(error)
    if (code !== null && !isRetryable(code)) {
      this.#refused(code, batch)
      return
    }
    const queue = this.#store.getSnapshot()
    this.#store.set(endBatch(queue, code === null ? 'unanswered' : 'postponed'))
    this.#pumpLater(retryAfterMs(error))
  }

  /** One bad item spoils its whole batch, so a refused batch goes again, item by item. */
  #refused(code: ErrorCode, batch: readonly QueueItem[]): void {
    if (batch.length > 1) {
      this.#itemsMax = 1
      this.#store.set(endBatch(this.#store.getSnapshot(), 'postponed'))
      this.#pump()
      return
    }
    this.#store.set(refuse(this.#store.getSnapshot(), code))
    for (const item of batch) this.#reject(item.clientMsgId, code)
    this.#rest()
    this.#pump()
  }

  #pumpLater(atLeastMs: number): void {
    if (this.#closed) return
    clearTimeout(this.#timer)
    const delayMs = Math.max(atLeastMs, retryDelayMs(this.#attempt, this.#calls.random))
    this.#attempt += 1
    this.#timer = setTimeout(() => this.#pumpNow(), delayMs)
  }

  /** Without somebody who shows the log, a stored message is done. */
  #rest(): void {
    if (this.#watchers > 0) return
    this.#store.set(observe(this.#store.getSnapshot(), new Set(), Number.POSITIVE_INFINITY))
    if (this.#store.getSnapshot().length === 0 && !this.#closed) this.#options.onIdle?.()
  }

  #resolve(clientMsgId: string | null, message: Message): void {
    for (const waiter of this.#waitersOf(clientMsgId)) waiter.resolve(message)
  }

  /** A program that waits is told, and then the message is its business; otherwise it stays to be looked at. */
  #reject(clientMsgId: string, code: ErrorCode): void {
    const waiters = this.#waitersOf(clientMsgId)
    if (waiters.length > 0) this.discard(clientMsgId)
    for (const waiter of waiters) waiter.reject(new SdkError(code))
  }

  #waitersOf(clientMsgId: string | null): Waiter[] {
    const waiters = clientMsgId === null ? undefined : this.#waiters.get(clientMsgId)
    if (clientMsgId !== null) this.#waiters.delete(clientMsgId)
    return [...(waiters ?? [])]
  }
}
