import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import { batchItemsMax } from '@deskbell/contract/limits'
import type { Message, SendBatchOutput, SendOutcome } from '@deskbell/contract/messages'
import { errorCode, isRetryable, retryAfterMs, SdkError } from '../base/errors.ts'
import { retryDelayMs } from '../base/retry.ts'
import type { Writable } from '../base/store.ts'
import { withTimeout } from '../base/timers.ts'
import type { ServerApi } from '../server-api.ts'
import type { EndReason } from '../socket/connection-state.ts'
import { isWaiting } from './item-stage.ts'
import {
  endBatch,
  hold,
  isTooLarge,
  markSending,
  markSlow,
  markStuck,
  nextBatch,
  type Queue,
  type QueueItem,
  refuse,
  settle,
} from './queue-state.ts'
import type { SendLock } from './storage/between-tabs.ts'

export type SenderOptions = {
  readonly chatId: ChatId
  readonly queue: Writable<Queue>
  readonly sendTimeoutMs: number
  /** False while the shown log has to catch up first, or it is unknown whose messages these are. */
  mayLeave(): boolean
  /** Messages that a program waits for are never held. */
  awaited(): ReadonlySet<string>
  sendLock(): SendLock
  /** Reads the storage again: other tabs may have sent some. */
  refresh(): Promise<void>
  onStored(messages: readonly Message[]): void
  onRefused(clientMsgId: string, code: ErrorCode): void
  /** The connection has ended, and the messages wait for the next session. */
  onSessionEnded(code: ErrorCode): void
}

/** After this without an answer a message is shown as unconfirmed. */
const slowMs = 3_000

type HeldLock = SendLock & { isReady: boolean }

/**
 * Sends the messages of one chat in order, one request at a time. A message without an answer is sent again with the
 * same `clientMsgId`, so the server stores it once. A retry starts with the oldest queued message, so the order holds
 * even if an abandoned request arrives late, or two tabs send the same messages.
 */
export class ChatSender {
  readonly #serverApi: ServerApi
  readonly #options: SenderOptions
  #backoffIndex = 0
  #itemsMax = batchItemsMax
  #sendLock: HeldLock | null = null
  #pause: ReturnType<typeof setTimeout> | undefined
  #stuck: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #session = 0
  #closed = false
  readonly #stopListening: () => void

  constructor(serverApi: ServerApi, options: SenderOptions) {
    this.#serverApi = serverApi
    this.#options = options
    this.#stopListening = serverApi.connection.subscribe(() => this.#connectionChanged())
  }

  /** Sends what may be sent now. Call it whenever that may have changed. */
  pump(): void {
    if (this.#closed || this.#busy || this.#pause !== undefined) return
    this.#set((queue) => hold(queue, Date.now(), this.#options.awaited()))
    if (!this.#queue.some((item) => isWaiting(item.stage))) {
      this.#stopStuck()
      this.#releaseLock()
      return
    }
    this.#serverApi.connect()
    if (this.#mayLeave()) this.#sendNext()
    else this.#stuck ??= setTimeout(() => this.#onStuck(), this.#options.sendTimeoutMs)
  }

  /** Forgets the account it sent for, and ignores the answer to a running request. */
  reset(): void {
    this.#session += 1
    this.#busy = false
    this.#releaseLock()
    this.#stopStuck()
    this.#stopPause()
    this.#backoffIndex = 0
  }

  close(): void {
    this.#closed = true
    this.reset()
    this.#stopListening()
  }

  get #queue(): Queue {
    return this.#options.queue.getSnapshot()
  }

  #set(change: (queue: Queue) => Queue): void {
    this.#options.queue.set(change(this.#queue))
  }

  /**
   * Reconnected: waits a random time, because all clients of a restarted server reconnect at once. Renewed: sends at
   * once.
   */
  #connectionChanged(): void {
    const state = this.#serverApi.connection.getSnapshot()
    if (state.kind === 'ended') this.#connectionEnded(state.reason)
    if (this.#queue.length === 0) return
    if (state.kind === 'online') {
      // Earlier failures happened on another connection.
      this.#backoffIndex = 0
      this.#pumpLater(0)
    }
    if (state.kind === 'idle') this.#pumpNow()
  }

  #connectionEnded(reason: EndReason): void {
    this.#stopPause()
    this.#options.onSessionEnded(reason === 'unauthenticated' || reason === 'forbidden' ? reason : 'unavailable')
  }

  #pumpNow(): void {
    this.#stopPause()
    this.pump()
  }

  #stopPause(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
  }

  #mayLeave(): boolean {
    const state = this.#serverApi.connection.getSnapshot()
    if (state.kind === 'ended') this.#connectionEnded(state.reason)
    if (state.kind === 'ended' || state.kind === 'waiting') return false
    return this.#options.mayLeave() && this.#hasLock()
  }

  #hasLock(): boolean {
    if (this.#sendLock === null) void this.#requestLock()
    return this.#sendLock?.isReady ?? false
  }

  async #requestLock(): Promise<void> {
    const sendLock: HeldLock = { ...this.#options.sendLock(), isReady: false }
    this.#sendLock = sendLock
    await sendLock.acquired
    if (this.#sendLock !== sendLock) return
    await this.#options.refresh()
    if (this.#sendLock !== sendLock) return
    sendLock.isReady = true
    this.pump()
  }

  #releaseLock(): void {
    this.#sendLock?.release()
    this.#sendLock = null
  }

  /** Shows messages that had to wait for too long as unconfirmed. */
  #onStuck(): void {
    this.#stuck = undefined
    this.#set(markStuck)
  }

  #stopStuck(): void {
    clearTimeout(this.#stuck)
    this.#stuck = undefined
  }

  #sendNext(): void {
    const batch = nextBatch(this.#queue, this.#itemsMax)
    if (batch.length === 0) return
    this.#stopStuck()
    this.#set((queue) => markSending(queue, batch))
    void this.#send(batch)
  }

  async #send(batch: readonly QueueItem[]): Promise<void> {
    const session = this.#session
    this.#busy = true
    const slow = setTimeout(() => session === this.#session && this.#onSlow(), slowMs)
    const answer = await this.#request(batch).catch((error: unknown) => ({ error }))
    clearTimeout(slow)
    if (session !== this.#session) return
    this.#busy = false
    if ('items' in answer) this.#requestAnswered(answer.items)
    else this.#requestFailed(answer.error, batch)
  }

  /** The connection may be dead: shows the messages as unconfirmed and probes the socket. */
  #onSlow(): void {
    this.#set(markSlow)
    this.#serverApi.probe()
  }

  async #request(batch: readonly QueueItem[]): Promise<SendBatchOutput> {
    if (batch.some(isTooLarge)) throw new SdkError('too_large')
    const items = batch.map(({ text, clientMsgId, uploadIds }) => ({
      text,
      clientMsgId,
      ...(uploadIds !== undefined && { uploadIds: [...uploadIds] }),
    }))
    const { chatId, sendTimeoutMs } = this.#options
    const answer = await withTimeout(sendTimeoutMs, (signal) => this.#serverApi.sendBatch({ chatId, items }, signal))
    // A server that is not ours may answer anything. Without an outcome for each message, in their order, the rest would
    // be sent again at once, and so on without an end.
    const isAnswered = items.every(({ clientMsgId }, place) => answer.items[place]?.clientMsgId === clientMsgId)
    if (!isAnswered) throw new Error('no outcomes')
    return answer
  }

  #requestAnswered(outcomes: readonly SendOutcome[]): void {
    this.#options.onStored(outcomes.flatMap((outcome) => ('message' in outcome ? outcome.message : [])))
    this.#set((queue) => settle(queue, outcomes))
    for (const outcome of outcomes) {
      if ('error' in outcome && !outcome.error.retryable) {
        this.#options.onRefused(outcome.clientMsgId, outcome.error.code)
      }
    }
    this.#itemsMax = batchItemsMax
    const again = outcomes.some((outcome) => 'error' in outcome && outcome.error.retryable)
    if (!again) this.#backoffIndex = 0
    if (again) this.#pumpLater(0)
    else this.pump()
  }

  #requestFailed(error: unknown, batch: readonly QueueItem[]): void {
    const code = errorCode(error)
    if (code === 'unauthenticated') {
      this.#set((queue) => endBatch(queue, 'postponed'))
      this.#options.onSessionEnded(code)
      return
    }
    if (code !== null && !isRetryable(code)) {
      this.#batchRefused(code, batch)
      return
    }
    this.#set((queue) => endBatch(queue, code === null ? 'unanswered' : 'postponed'))
    this.#pumpLater(retryAfterMs(error))
  }

  /** The server refuses a batch for one invalid item, so a refused batch is sent again item by item. */
  #batchRefused(code: ErrorCode, batch: readonly QueueItem[]): void {
    if (batch.length > 1) {
      this.#itemsMax = 1
      this.#set((queue) => endBatch(queue, 'postponed'))
      this.pump()
      return
    }
    this.#set((queue) => refuse(queue, code))
    for (const item of batch) this.#options.onRefused(item.clientMsgId, code)
    this.pump()
  }

  #pumpLater(atLeastMs: number): void {
    if (this.#closed) return
    this.#stopPause()
    const delayMs = Math.max(atLeastMs, retryDelayMs(this.#backoffIndex, this.#serverApi.random))
    this.#backoffIndex += 1
    this.#pause = setTimeout(() => this.#pumpNow(), delayMs)
  }
}
