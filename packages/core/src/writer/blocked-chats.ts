import type { ChatId, UserId } from '@deskbell/contract/ids'
import { blockedChatItemsMax, writeBatchItemsMax } from '@deskbell/contract/limits'
import { isLockTimeout, isUnavailable } from '@deskbell/db/database-error'
import { overloaded } from '../app-error.ts'
import { maySeeChat } from '../domain/chat-policy.ts'
import { type Command, itemsOf } from './command.ts'
import { CommandQueue } from './command-queue.ts'
import { type Blocked, runBatch, type WriterContext } from './run-batch.ts'

/** So many chats wait for a lock in the database at once. See the connections of `openDatabase`. */
const waitingMax = 4
/** The others are tried without waiting this often, with so many items each. */
const retryMs = 50
const triedItemsMax = 20

/**
 * Chats whose commands could not be in a batch with others: another transaction holds the lock, or the batch failed.
 * Each has a queue and runs alone, so it blocks no other chat and its commands keep their order. A few chats wait for
 * their locks in the database; the others are tried together, again and again.
 */
export class BlockedChats {
  readonly #context: WriterContext
  readonly #chats = new Map<ChatId, BlockedChat>()
  /** Chats for which nothing runs. */
  readonly #idle = new Set<ChatId>()
  readonly #running = new Set<Promise<void>>()
  #retry: NodeJS.Timeout | undefined
  #isTrying = false
  #onDrained: (() => void)[] = []

  constructor(context: WriterContext) {
    this.#context = context
  }

  has(chatId: ChatId): boolean {
    return this.#chats.has(chatId)
  }

  /**
   * Enqueues a command of a blocked chat. Returns false for any other chat, and for a caller who may not see the chat:
   * such a command does not wait for the lock, and takes no place from others.
   */
  enqueueBehind(command: Command): boolean {
    const chat = this.#chats.get(command.chatId)
    if (chat === undefined || (chat.ownerId !== null && !maySeeChat(command.actor, { userId: chat.ownerId })))
      return false
    const isFull = chat.ownerId !== null && chat.queue.items + itemsOf(command) > blockedChatItemsMax
    if (isFull) command.reject(overloaded())
    else chat.queue.add(command)
    return true
  }

  /** Enqueues commands that were accepted already, and marks their chats as blocked. */
  addAll(commands: readonly Command[], owners?: Blocked['owners']): void {
    for (const command of commands) this.#blocked(command.chatId, owners).queue.add(command)
    this.#start()
  }

  /** Resolves when no chat is blocked. */
  async drained(): Promise<void> {
    if (this.#chats.size > 0) await new Promise<void>((resolve) => this.#onDrained.push(resolve))
  }

  #blocked(chatId: ChatId, owners: Blocked['owners'] | undefined): BlockedChat {
    const known = this.#chats.get(chatId)
    if (known !== undefined) {
      known.ownerId = owners?.get(chatId) ?? known.ownerId
      return known
    }
    const chat = { ownerId: owners?.get(chatId) ?? null, queue: new CommandQueue(this.#context.now) }
    this.#chats.set(chatId, chat)
    this.#idle.add(chatId)
    return chat
  }

  /** Forgets the chat when nothing waits for it, else lets it be started again. */
  #ended(chatId: ChatId): void {
    if (this.#chats.get(chatId)?.queue.isEmpty === false) this.#idle.add(chatId)
    else this.#chats.delete(chatId)
    if (this.#chats.size > 0) return
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
    else if (!this.#isTrying) this.#stopRetry()
  }

  async #run(chatId: ChatId): Promise<void> {
    const queue = this.#chats.get(chatId)?.queue
    let itemsMax = writeBatchItemsMax
    while (queue?.isEmpty === false) {
      const batch = queue.dequeue(itemsMax)
      const error = await this.#errorOf(batch)
      if (error !== null && !isUnavailable(error) && batch.length > 1) {
        // One by one, so that only the command that fails is rejected.
        queue.putBack(batch)
        itemsMax = 1
        continue
      }
      if (isLockTimeout(error)) this.#keepWaiting(queue, batch)
      else if (isUnavailable(error)) rejectAll(batch, queue, error)
      else if (error !== null) batch[0]?.reject(error)
      // A chat that always has commands must not keep its place from the others.
      if (this.#idle.size > 0) return
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
    this.#isTrying = true
    const tried = [...this.#idle]
    this.#idle.clear()
    const batch = tried.flatMap((chatId) => this.#chats.get(chatId)?.queue.dequeue(triedItemsMax) ?? [])
    const blocked = Map.groupBy(await this.#blockedOf(batch), ({ chatId }) => chatId)
    for (const [chatId, commands] of blocked) this.#chats.get(chatId)?.queue.putBack(commands)
    for (const chatId of tried) this.#ended(chatId)
    this.#isTrying = false
    this.#stopRetry()
    this.#start()
  }

  /** Runs a batch that waits for no lock. If it fails, each command runs alone, and only the one that fails is rejected. */
  async #blockedOf(batch: readonly Command[]): Promise<readonly Command[]> {
    if (batch.length === 0) return []
    try {
      const { commands, owners } = await runBatch(this.#context, { dequeue: () => batch, waits: false })
      for (const [chatId, ownerId] of owners) {
        const chat = this.#chats.get(chatId)
        if (chat !== undefined) chat.ownerId = ownerId
      }
      return commands
    } catch (error) {
      if (isUnavailable(error)) return batch
      if (batch.length === 1) {
        batch[0]?.reject(error)
        return []
      }
    }
    const blocked: Command[] = []
    for (const command of batch) {
      // Behind a blocked command of its chat, so that the order is kept.
      const isBehind = blocked.some(({ chatId }) => chatId === command.chatId)
      blocked.push(...(isBehind ? [command] : await this.#blockedOf([command])))
    }
    return blocked
  }

  #stopRetry(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
  }
}

/**
 * `ownerId`: the client of a locked chat; null while it is only known that a batch failed that the chat was in. Then what
 * stands behind it was accepted before, and only the bounds of the process and of the user hold.
 */
type BlockedChat = { ownerId: UserId | null; readonly queue: CommandQueue }

/** All commands of the chat would meet the same error. */
function rejectAll(batch: readonly Command[], queue: CommandQueue, error: unknown): void {
  for (const command of batch) command.reject(error)
  queue.rejectAll(error)
}
