import type { ChatId } from '@deskbell/contract/ids'
import { blockedChatItemsMax, writeBatchItemsMax } from '@deskbell/contract/limits'
import { isLockTimeout, isUnavailable } from '@deskbell/db/database-error'
import type { Command } from './command.ts'
import { CommandQueue, overloaded } from './command-queue.ts'
import { runBatch, type WriterContext } from './run-batch.ts'

/** So many chats wait for a lock in the database at once. See the connections of `openDatabase`. */
const waitingMax = 4
/** The others are tried without waiting this often. */
const retryMs = 50

/**
 * Chats whose commands could not be in a batch with others: another transaction holds the lock, or the batch failed.
 * Each has a queue and runs alone, so it blocks no other chat and its commands keep their order. A few chats wait for
 * their locks in the database; the others are tried together, again and again.
 */
export class BlockedChats {
  readonly #context: WriterContext
  readonly #queues = new Map<ChatId, CommandQueue>()
  /** Chats for which nothing runs. */
  readonly #idle = new Set<ChatId>()
  readonly #running = new Set<Promise<void>>()
  #retry: NodeJS.Timeout | undefined
  #onDrained: (() => void)[] = []

  constructor(context: WriterContext) {
    this.#context = context
  }

  has(chatId: ChatId): boolean {
    return this.#queues.has(chatId)
  }

  /** Enqueues a command of a blocked chat. Returns false for any other chat. */
  enqueueBehind(command: Command): boolean {
    const queue = this.#queues.get(command.chatId)
    if (queue === undefined) return false
    enqueue(queue, command)
    return true
  }

  /** Enqueues commands, and marks their chats as blocked. */
  addAll(commands: readonly Command[]): void {
    for (const command of commands) enqueue(this.#queues.get(command.chatId) ?? this.#block(command.chatId), command)
    this.#start()
  }

  /** Resolves when no chat is blocked. */
  async drained(): Promise<void> {
    if (this.#queues.size > 0) await new Promise<void>((resolve) => this.#onDrained.push(resolve))
  }

  #block(chatId: ChatId): CommandQueue {
    const queue = new CommandQueue(this.#context.now)
    this.#queues.set(chatId, queue)
    this.#idle.add(chatId)
    return queue
  }

  /** Forgets the chat when nothing waits for it, else lets it be started again. */
  #ended(chatId: ChatId): void {
    if (this.#queues.get(chatId)?.isEmpty === false) this.#idle.add(chatId)
    else this.#queues.delete(chatId)
    if (this.#queues.size > 0) return
    for (const resolve of this.#onDrained.splice(0)) resolve()
  }

  #start(): void {
    for (const chatId of this.#idle) {
      if (this.#running.size >= waitingMax) break
      this.#idle.delete(chatId)
      const running = this.#run(chatId).finally(() => {
        this.#running.delete(running)
        this.#ended(chatId)
        this.#start()
      })
      this.#running.add(running)
    }
    if (this.#idle.size > 0) this.#retry ??= setTimeout(() => void this.#tryIdle(), retryMs)
  }

  async #run(chatId: ChatId): Promise<void> {
    const queue = this.#queues.get(chatId)
    let itemsMax = writeBatchItemsMax
    while (queue?.isEmpty === false) {
      const batch = queue.dequeue(itemsMax)
      const error = await this.#errorOf(batch)
      if (error === null) continue
      if (isLockTimeout(error)) this.#keepWaiting(queue, batch)
      else if (isUnavailable(error)) rejectAll(batch, queue, error)
      else if (batch.length === 1) batch[0]?.reject(error)
      else {
        // One by one, so that only the command that fails is rejected.
        queue.putBack(batch)
        itemsMax = 1
      }
    }
  }

  /** The lock was waited for until the first deadline of the batch; the other commands go on waiting. */
  #keepWaiting(queue: CommandQueue, batch: readonly Command[]): void {
    const first = Math.min(...batch.map((command) => command.deadline))
    for (const command of batch) if (command.deadline === first) command.reject(overloaded())
    queue.putBack(batch.filter((command) => command.deadline !== first))
  }

  async #errorOf(batch: readonly Command[]): Promise<unknown> {
    if (batch.length === 0) return null
    try {
      await runBatch(this.#context, { dequeue: () => batch, waits: true })
      return null
    } catch (error) {
      return error
    }
  }

  /** Tries the chats for which nothing runs, all in one transaction that waits for no lock. */
  async #tryIdle(): Promise<void> {
    const tried = [...this.#idle]
    this.#idle.clear()
    const batch = tried.flatMap((chatId) => this.#queues.get(chatId)?.dequeue(1) ?? [])
    const blocked = await runBatch(this.#context, { dequeue: () => batch, waits: false }).catch(() => batch)
    for (const command of blocked) this.#queues.get(command.chatId)?.putBack([command])
    for (const chatId of tried) this.#ended(chatId)
    this.#retry = undefined
    this.#start()
  }
}

function enqueue(queue: CommandQueue, command: Command): void {
  if (queue.items >= blockedChatItemsMax) command.reject(overloaded())
  else queue.add(command)
}

/** All commands of the chat would meet the same error. */
function rejectAll(batch: readonly Command[], queue: CommandQueue, error: unknown): void {
  for (const command of batch) command.reject(error)
  queue.rejectAll(error)
}
