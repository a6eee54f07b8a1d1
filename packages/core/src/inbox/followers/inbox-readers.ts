import type { Actor } from '@deskbell/contract/actor'
import type { Chat } from '@deskbell/contract/chats'
import type { UserId } from '@deskbell/contract/ids'
import { maySeeChat } from '../../domain/chat-policy.ts'
import type { Change } from '../changed-chats.ts'
import type { InboxReader } from './inbox-reader.ts'
import { type PersonalRow, personalView, sharedView } from './personal-rows.ts'

/** The inbox readers of one process: those of all operators, and those of each client. */
export class InboxReaders {
  readonly #operators = new Set<InboxReader>()
  readonly #clients = new Map<UserId, Set<InboxReader>>()

  get size(): number {
    return this.#operators.size + this.#clients.size
  }

  get operators(): ReadonlySet<InboxReader> {
    return this.#operators
  }

  *all(): Generator<InboxReader> {
    yield* this.#operators
    for (const readers of this.#clients.values()) yield* readers
  }

  ofClient(userId: UserId): ReadonlySet<InboxReader> {
    return this.#clients.get(userId) ?? new Set()
  }

  add(reader: InboxReader): void {
    this.#readersOf(reader.actor).add(reader)
  }

  remove(reader: InboxReader): void {
    const readers = this.#readersOf(reader.actor)
    readers.delete(reader)
    if (readers.size === 0) this.#clients.delete(reader.actor.userId)
  }

  /**
   * Gives a changed row to every reader for whom it changed. Operators without an own mark in the chat see the same
   * row, so they get the same object, and it is serialized once.
   */
  offer(personal: PersonalRow, change: Change): void {
    const { row, readCounts } = personal
    const clientId = row.client.id
    if (change.chat || change.readers.has(clientId)) {
      for (const reader of this.ofClient(clientId))
        offerTo(reader, { row: personalView(personal, reader.actor), clientId })
    }
    const operatorRead = [...change.readers.values()].includes('operator')
    const shared = this.#operators.size === 0 ? null : sharedView(personal)
    for (const reader of this.#operators) {
      const { userId } = reader.actor
      const hasMark = readCounts.has(userId)
      if (!change.chat && !change.readers.has(userId) && !(operatorRead && !hasMark)) continue
      offerTo(reader, { row: hasMark || shared === null ? personalView(personal, reader.actor) : shared, clientId })
    }
  }

  #readersOf(actor: Actor): Set<InboxReader> {
    if (actor.role === 'operator') return this.#operators
    const readers = this.#clients.get(actor.userId) ?? new Set()
    this.#clients.set(actor.userId, readers)
    return readers
  }
}

function offerTo(reader: InboxReader, { row, clientId }: { row: Chat; clientId: UserId }): void {
  if (maySeeChat(reader.actor, { userId: clientId })) reader.offerRow(row)
}
