import type { ChatId, UserId } from '@deskbell/contract/ids'
import { overloaded } from '../app-error.ts'
import { batchItemsOf, type Command, itemsOf } from './command.ts'

/** Commands that wait for a transaction, in the order of arrival. */
export class CommandQueue {
  readonly #now: () => number
  #commands: Command[] = []
  #items = 0

  constructor(now: () => number) {
    this.#now = now
  }

  get isEmpty(): boolean {
    return this.#commands.length === 0
  }

  /** See `itemsOf`. */
  get items(): number {
    return this.#items
  }

  /** The only command that waits; undefined when there are none or several. */
  get only(): Command | undefined {
    return this.#commands.length === 1 ? this.#commands[0] : undefined
  }

  add(command: Command): void {
    this.#items += itemsOf(command)
    this.#commands.push(command)
  }

  /** Returns commands that were dequeued last to the front. */
  putBack(commands: readonly Command[]): void {
    for (const command of commands) this.#items += itemsOf(command)
    this.#commands.unshift(...commands)
  }

  /**
   * Removes the next batch: the oldest commands with at most `itemsMax` items together, by `batchItemsOf`, and at least
   * one. Of each chat it has only sends, or one change, because a change is decided by the stored chat. Of each user it
   * has at most `userItemsMax` items, and at least one command, so that a user who sends many does not delay the others.
   * Commands of a chat keep their order. Commands after their deadline are rejected.
   */
  dequeue(itemsMax: number, userItemsMax: number = itemsMax): Command[] {
    const now = this.#now()
    const batch: Command[] = []
    const later: Command[] = []
    const chats = new Map<ChatId, 'sends' | 'full'>()
    const users = new Map<UserId, number>()
    let items = 0
    let next = 0
    for (; next < this.#commands.length; next += 1) {
      const command = this.#commands[next]
      if (command === undefined) break
      if (command.deadline < now) {
        this.#items -= itemsOf(command)
        command.reject(overloaded())
        continue
      }
      const known = chats.get(command.chatId)
      const ofUser = users.get(command.actor.userId)
      const share = batchItemsOf(command)
      const joins =
        (known === undefined || (known === 'sends' && command.kind === 'send')) &&
        (ofUser === undefined || ofUser + share <= userItemsMax)
      if (joins && batch.length > 0 && items + share > itemsMax) break
      chats.set(command.chatId, joins && command.kind === 'send' ? 'sends' : 'full')
      if (joins) {
        items += share
        users.set(command.actor.userId, (ofUser ?? 0) + share)
        this.#items -= itemsOf(command)
        batch.push(command)
      } else later.push(command)
    }
    this.#commands = [...later, ...this.#commands.slice(next)]
    return batch
  }

  rejectAll(error: unknown): void {
    for (const command of this.#commands) command.reject(error)
    this.#commands = []
    this.#items = 0
  }
}
