import { hash } from 'node:crypto'
import type { Actor } from '@deskbell/contract/actor'
import type { ChatId, UserId } from '@deskbell/contract/ids'
import { lockWaitMsMax, userWriteItemsMax, writeQueueItemsMax } from '@deskbell/contract/limits'
import type { SendBatchInput } from '@deskbell/contract/messages'
import { prepareLoneSend } from '@deskbell/db/queries/messages/lone-send'
import { overloaded } from '../app-error.ts'
import { BatchWorker } from './batch-worker.ts'
import { BlockedChats } from './blocked-chats.ts'
import { type Change, type Command, type ItemAnswer, itemsOf } from './command.ts'
import { CommandQueue } from './command-queue.ts'
import type { WriterContext } from './run-batch.ts'

export type ChatWriterOptions = Pick<WriterContext, 'db' | 'bus' | 'epoch' | 'clock' | 'authMode'> & {
  now?: (() => number) | undefined
}

/**
 * Makes every change of existing chats in this process. Commands that wait together share a transaction, which costs one
 * lock statement, one read, one write and one wait for the disk, whether it has one command or hundreds.
 *
 *   command ──> worker ── one transaction at a time ──> committed, published, answered
 *                 │  the chat is locked by another transaction, or the batch failed
 *                 └──> blocked chats ── each alone, waiting for its lock ──> the same
 *
 * A second worker would halve the batches: with 16 to 64 messages in flight it made the server slower and its CPU time
 * a message up to 1.6 times as long.
 */
export class ChatWriter {
  readonly #worker: BatchWorker
  readonly #blocked: BlockedChats
  readonly #now: () => number
  #items = 0
  readonly #itemsOfUsers = new Map<UserId, number>()
  #stopping = false

  constructor({ now = () => performance.now(), ...options }: ChatWriterOptions) {
    const context = { ...options, now, storeLoneSend: prepareLoneSend(options.db) }
    const blocked = new BlockedChats(context)
    this.#now = now
    this.#blocked = blocked
    this.#worker = new BatchWorker({ ...context, blocked, queue: new CommandQueue(now) })
  }

  /** Stores messages in array order; each has its answer. Rejects with an error of all. */
  send(actor: Actor, { chatId, items }: SendBatchInput): Promise<ItemAnswer[]> {
    const hashed = items.map(withHash)
    return this.#run<ItemAnswer[]>((rest) => ({ ...rest, kind: 'send', chatId, actor, items: hashed }))
  }

  /** Changes a chat. Rejects with `AppError` when the change is refused. */
  change<Answer>(actor: Actor, chatId: ChatId, change: Change<Answer>): Promise<Answer> {
    return this.#run<Answer>(({ resolve, ...rest }) => ({
      ...rest,
      kind: 'change',
      chatId,
      actor,
      change,
      // The answer is the one of `change`.
      resolve: (answer) => resolve(answer as Answer),
    }))
  }

  /** Accepts no more commands, and resolves when all accepted ones are answered. */
  async stop(): Promise<void> {
    this.#stopping = true
    await this.#worker.drained()
    await this.#blocked.drained()
  }

  #run<Answer>(make: (rest: Rest<Answer>) => Command): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const command = make({ deadline: this.#now() + lockWaitMsMax, resolve, reject })
    const items = itemsOf(command)
    if (this.#stopping || !this.#hasPlace(command)) return Promise.reject(overloaded())
    this.#count(command, items)
    this.#worker.enqueue(command)
    return promise.finally(() => this.#count(command, -items))
  }

  #hasPlace(command: Command): boolean {
    const items = itemsOf(command)
    const ofUser = this.#itemsOfUsers.get(command.actor.userId) ?? 0
    return this.#items + items <= writeQueueItemsMax && ofUser + items <= userWriteItemsMax
  }

  #count({ actor }: Command, items: number): void {
    this.#items += items
    const ofUser = (this.#itemsOfUsers.get(actor.userId) ?? 0) + items
    if (ofUser > 0) this.#itemsOfUsers.set(actor.userId, ofUser)
    else this.#itemsOfUsers.delete(actor.userId)
  }
}

type Rest<Answer> = {
  readonly deadline: number
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/**
 * The schema has normalised the text, so the same message always has the same hash. No text contains the separator, a
 * control character.
 */
function withHash({ clientMsgId, text, uploadIds = [] }: SendBatchInput['items'][number]) {
  const body = uploadIds.length === 0 ? text : [text, ...uploadIds.toSorted()].join('\0')
  return { clientMsgId, text, uploadIds, bodyHash: hash('sha256', body) }
}
