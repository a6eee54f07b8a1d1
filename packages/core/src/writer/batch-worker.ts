import { userBatchItemsMax, writeBatchItemsMax } from '@deskbell/contract/limits'
import { isLockTimeout, isUnavailable } from '@deskbell/db/database-error'
import { Gathering } from '@deskbell/timing/gathering'
import type { BlockedChats } from './blocked-chats.ts'
import type { Command } from './command.ts'
import type { CommandQueue } from './command-queue.ts'
import { runBatch, type WriterContext } from './run-batch.ts'
import { sendAlone } from './send-alone.ts'

export type BatchWorkerOptions = WriterContext & { queue: CommandQueue; blocked: BlockedChats }

/**
 * Runs commands of many chats, one transaction after the other. Commands that arrive during a transaction are in the
 * next one. An idle worker starts at once, so a command that comes alone does not wait for others.
 */
export class BatchWorker {
  readonly #options: BatchWorkerOptions
  readonly #transactions = new Gathering({ run: () => this.#run() })

  constructor(options: BatchWorkerOptions) {
    this.#options = options
  }

  enqueue(command: Command): void {
    this.#options.queue.add(command)
    this.#transactions.request()
  }

  /** Resolves when the queue is empty and no transaction runs. */
  async drained(): Promise<void> {
    await this.#transactions.flush()
  }

  async #run(): Promise<void> {
    const { queue } = this.#options
    while (!queue.isEmpty) if (!(await this.#runAlone())) await this.#runBatch()
  }

  /** Stores a message that waits alone. Returns false when the queue is to be run as a batch. */
  async #runAlone(): Promise<boolean> {
    const { queue, blocked } = this.#options
    const command = queue.only
    if (command?.kind !== 'send' || blocked.has(command.chatId)) return false
    const [taken] = queue.dequeue(1)
    if (taken === undefined) return true
    try {
      if (await sendAlone(this.#options, command)) return true
    } catch (error) {
      this.#failed([command], error)
      return true
    }
    queue.putBack([command])
    return false
  }

  async #runBatch(): Promise<void> {
    let batch: Command[] | undefined
    const dequeue = () => (batch ??= this.#dequeue())
    try {
      const { commands, owners } = await runBatch(this.#options, { dequeue, waits: false })
      this.#options.blocked.addAll(commands, owners)
    } catch (error) {
      this.#failed(batch ?? [], error)
    }
  }

  /** If the database is away, the commands that wait would meet the same error, only later. */
  #failed(batch: readonly Command[], error: unknown): void {
    if (batch.length > 0 && !isAway(error)) {
      this.#options.blocked.addAll(batch)
      return
    }
    for (const command of batch) command.reject(error)
    this.#options.queue.rejectAll(error)
  }

  /** Commands of a blocked chat queue behind the earlier ones of that chat. */
  #dequeue(): Command[] {
    const { queue, blocked } = this.#options
    return queue.dequeue(writeBatchItemsMax, userBatchItemsMax).filter((command) => !blocked.enqueueBehind(command))
  }
}

/** Reports whether the database is away. A worker's lock timeout is too short to say that. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) && !isLockTimeout(error)
}
