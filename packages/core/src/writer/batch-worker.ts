import { writeBatchItemsMax } from '@deskbell/contract/limits'
import { isLockTimeout, isUnavailable } from '@deskbell/db/database-error'
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
  #running: Promise<void> | undefined

  constructor(options: BatchWorkerOptions) {
    this.#options = options
  }

  enqueue(command: Command): void {
    this.#options.queue.add(command)
    this.#running ??= this.#run()
  }

  /** Resolves when the queue is empty and no transaction runs. */
  async drained(): Promise<void> {
    await this.#running
  }

  async #run(): Promise<void> {
    const { queue } = this.#options
    while (!queue.isEmpty) if (!(await this.#runAlone())) await this.#runBatch()
    this.#running = undefined
  }

  /** Stores a message that waits alone by the short way. Returns false when everything else is to be done as usual. */
  async #runAlone(): Promise<boolean> {
    const { queue, blocked } = this.#options
    const command = queue.only
    if (command?.kind !== 'send' || blocked.has(command.chatId)) return false
    const [taken] = queue.dequeue(1)
    if (taken !== command || (await sendAlone(this.#options, command))) return true
    queue.putBack([command])
    return false
  }

  async #runBatch(): Promise<void> {
    const { blocked } = this.#options
    let batch: Command[] | undefined
    const dequeue = () => (batch ??= this.#dequeue())
    try {
      blocked.addAll(await runBatch(this.#options, { dequeue, waits: false }))
    } catch (error) {
      if (batch === undefined || isAway(error)) this.#rejectAll(batch ?? [], error)
      else blocked.addAll(batch)
    }
  }

  /** Commands of a blocked chat queue behind the earlier ones of that chat. */
  #dequeue(): Command[] {
    const { queue, blocked } = this.#options
    return queue.dequeue(writeBatchItemsMax).filter((command) => !blocked.enqueueBehind(command))
  }

  /** The commands that wait would meet the same error, only later. */
  #rejectAll(batch: readonly Command[], error: unknown): void {
    for (const command of batch) command.reject(error)
    this.#options.queue.rejectAll(error)
  }
}

/** Reports whether the database is away. A worker's lock timeout is too short to say that. */
function isAway(error: unknown): boolean {
  return isUnavailable(error) && !isLockTimeout(error)
}
