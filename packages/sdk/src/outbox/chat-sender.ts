import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import { batchItemsMax } from '@deskbell/contract/limits'
import type { Message, SendBatchOutput, SendOutcome } from '@deskbell/contract/messages'
import type { Calls } from '../calls.ts'
import type { EndReason } from '../connection/connection-state.ts'
import { retryDelayMs } from '../connection/retry-delay.ts'
import { errorCode, isRetryable, retryAfterMs } from '../error-code.ts'
import { SdkError } from '../sdk-error.ts'
import type { Writable } from '../store.ts'
import { timeoutSignal } from '../timers.ts'
import { isWaiting } from './item-stage.ts'
import {
  endBatch,
  hold,
  isTooLarge,
  markOverdue,
  markSending,
  markSlow,
  nextBatch,
  type Queue,
  type QueueItem,
  refuse,
  settle,
} from './queue-state.ts'
import type { Turn } from './turn.ts'

export type SenderOptions = {
  readonly chatId: ChatId
  readonly queue: Writable<Queue>
  readonly timeoutMs: number
  /** False while the log that is shown has to catch up first, or nobody knows whose messages these are. */
  mayLeave(): boolean
  /** Messages that a program waits for are never held. */
  awaited(): ReadonlySet<string>
  turn(): Turn
  /** Other tabs may have sent some: looks into the storage. */
  refresh(): Promise<void>
  onStored(messages: readonly Message[]): void
  onRefused(clientMsgId: string, code: ErrorCode): void
  /** The session is over, and the messages wait for the next one. */
  onSessionEnded(code: ErrorCode): void
}

/** An answer that takes longer is worth a word. */
const slowMs = 3_000

type OwnTurn = Turn & { isReady: boolean }

/**
 * Sends the messages of one chat: first in, first out, one request at a time. What got no answer is sent again with
 * the same `clientMsgId`, so the server stores it once. A retry starts with the oldest message that waits, so the
 * order holds also when the request that was given up arrives late, and when two tabs send the same.
 */
export class ChatSender {
  readonly #calls: Calls
  readonly #options: SenderOptions
  #attempt = 0
  #itemsMax = batchItemsMax
  #turn: OwnTurn | null = null
  #pause: ReturnType<typeof setTimeout> | undefined
  #overdue: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #session = 0
  #closed = false
  readonly #stopListening: () => void

  constructor(calls: Calls, options: SenderOptions) {
    this.#calls = calls
    this.#options = options
    this.#stopListening = calls.connection.subscribe(() => this.#lineChanged())
  }

  /** Sends what may leave now. To be called whenever that may have changed. */
  pump(): void {
    if (this.#closed || this.#busy || this.#pause !== undefined) return
    this.#set((queue) => hold(queue, Date.now(), this.#options.awaited()))
    if (!this.#queue.some((item) => isWaiting(item.stage))) {
      this.#stopOverdue()
      this.#endTurn()
      return
    }
    this.#calls.connect()
    if (this.#mayLeave()) this.#sendNext()
    else this.#overdue ??= setTimeout(() => this.#isOverdue(), this.#options.timeoutMs)
  }

  /** Forgets the account it sent for; the answer to what is under way is not awaited any more. */
  reset(): void {
    this.#session += 1
    this.#busy = false
    this.#endTurn()
    this.#stopOverdue()
    this.#stopPause()
    this.#attempt = 0
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

  /** Back: all programs of a restarted server come at one moment, so a random wait first. Renewed: at once. */
  #lineChanged(): void {
    const state = this.#calls.connection.getSnapshot()
    if (state.kind === 'ended') this.#lineEnded(state.reason)
    if (this.#queue.length === 0) return
    if (state.kind === 'online') {
      // What failed before failed on another line.
      this.#attempt = 0
      this.#pumpLater(0)
    }
    if (state.kind === 'idle') this.#pumpNow()
  }

  #lineEnded(reason: EndReason): void {
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
    const state = this.#calls.connection.getSnapshot()
    if (state.kind === 'ended') this.#lineEnded(state.reason)
    if (state.kind === 'ended' || state.kind === 'waiting') return false
    return this.#options.mayLeave() && this.#hasTurn()
  }

  #hasTurn(): boolean {
    if (this.#turn === null) void this.#askForTurn()
    return this.#turn?.isReady ?? false
  }

  async #askForTurn(): Promise<void> {
    const turn: OwnTurn = { ...this.#options.turn(), isReady: false }
    this.#turn = turn
    await turn.taken
    if (this.#turn !== turn) return
    await this.#options.refresh()
    if (this.#turn !== turn) return
    turn.isReady = true
    this.pump()
  }

  #endTurn(): void {
    this.#turn?.end()
    this.#turn = null
  }

  /** It has to wait for so long that those who look are told that it is not sure. */
  #isOverdue(): void {
    this.#overdue = undefined
    this.#set(markOverdue)
  }

  #stopOverdue(): void {
    clearTimeout(this.#overdue)
    this.#overdue = undefined
  }

  #sendNext(): void {
    const batch = nextBatch(this.#queue, this.#itemsMax)
    if (batch.length === 0) return
    this.#stopOverdue()
    this.#set((queue) => markSending(queue, batch))
    void this.#send(batch)
  }

  async #send(batch: readonly QueueItem[]): Promise<void> {
    const session = this.#session
    this.#busy = true
    const slow = setTimeout(() => session === this.#session && this.#isSlow(), slowMs)
    const answer = await this.#request(batch).catch((error: unknown) => ({ error }))
    clearTimeout(slow)
    if (session !== this.#session) return
    this.#busy = false
    if ('items' in answer) this.#answered(answer.items)
    else this.#failed(answer.error, batch)
  }

  /** Perhaps the line is dead: those who look are told, and the socket is asked. */
  #isSlow(): void {
    this.#set(markSlow)
    this.#calls.probe()
  }

  async #request(batch: readonly QueueItem[]): Promise<SendBatchOutput> {
    if (batch.some(isTooLarge)) throw new SdkError('too_large')
    const items = batch.map(({ text, clientMsgId }) => ({ text, clientMsgId }))
    const signal = timeoutSignal(this.#options.timeoutMs)
    return await this.#calls.sendBatch({ chatId: this.#options.chatId, items }, signal)
  }

  #answered(outcomes: readonly SendOutcome[]): void {
    this.#options.onStored(outcomes.flatMap((outcome) => ('message' in outcome ? outcome.message : [])))
    this.#set((queue) => settle(queue, outcomes))
    for (const outcome of outcomes) {
      if ('error' in outcome && !outcome.error.retryable) {
        this.#options.onRefused(outcome.clientMsgId, outcome.error.code)
      }
    }
    this.#itemsMax = batchItemsMax
    const again = outcomes.some((outcome) => 'error' in outcome && outcome.error.retryable)
    if (!again) this.#attempt = 0
    if (again) this.#pumpLater(0)
    else this.pump()
  }

  #failed(error: unknown, batch: readonly QueueItem[]): void {
    const code = errorCode(error)
    if (code === 'unauthenticated') {
      this.#set((queue) => endBatch(queue, 'postponed'))
      this.#options.onSessionEnded(code)
      return
    }
    if (code !== null && !isRetryable(code)) {
      this.#refused(code, batch)
      return
    }
    this.#set((queue) => endBatch(queue, code === null ? 'unanswered' : 'postponed'))
    this.#pumpLater(retryAfterMs(error))
  }

  /** One bad item spoils its whole batch, so a refused batch goes again, item by item. */
  #refused(code: ErrorCode, batch: readonly QueueItem[]): void {
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
    const delayMs = Math.max(atLeastMs, retryDelayMs(this.#attempt, this.#calls.random))
    this.#attempt += 1
    this.#pause = setTimeout(() => this.#pumpNow(), delayMs)
  }
}
