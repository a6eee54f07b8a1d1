import type { Bus } from '@deskbell/bus/bus'
import type { UserId } from '@deskbell/contract/ids'
import type { Database } from '@deskbell/db/database'
import { type Delivery, raiseDelivered } from '@deskbell/db/queries/chats/marks'
import { Gathering } from '@deskbell/timing/gathering'
import type { Logger } from '../logger.ts'

export type DeliveredWriterOptions = { db: Database; bus: Bus; log: Logger; epoch: () => string }

/** With the client of the chat, which the hint needs. */
type DeliveredMark = Delivery & { clientId: UserId }

const intervalMs = 1_000
const batchMax = 1_000
/** When so many users have written lately, further marks are written at once. */
const recentMax = 100_000

/**
 * Writes delivered marks. A mark of a user who sent none for this chat lately is written at once. Further ones are
 * merged, and written once a second together with those of all other users.
 *
 * A merged mark is acknowledged before it is written. A process that is killed loses at most the marks of its last
 * second. The SDK sends its mark again after a reconnect, and a greater mark includes the smaller ones.
 */
export class DeliveredWriter {
  readonly #options: DeliveredWriterOptions
  /** By chat and user, the client of the chat: these marks were written lately, so the user may see the chat. */
  #recent = new Map<string, UserId>()
  #waiting = new Map<string, DeliveredMark>()
  readonly #writes = new Gathering({ run: () => this.#writeWaiting(), delayMs: intervalMs })

  constructor(options: DeliveredWriterOptions) {
    this.#options = options
  }

  /** Merges a mark if one of this user in this chat was written lately. Returns false otherwise. */
  merge(delivery: Delivery): boolean {
    const key = keyOf(delivery)
    const clientId = this.#recent.get(key)
    if (clientId === undefined) return false
    const seq = Math.max(delivery.seq, this.#waiting.get(key)?.seq ?? 0)
    if (seq > 0) this.#waiting.set(key, { ...delivery, clientId, seq })
    return true
  }

  /** Writes a first mark. Resolves when it is stored. */
  async write(mark: DeliveredMark): Promise<void> {
    await this.#store([mark])
    if (this.#recent.size < recentMax) this.#recent.set(keyOf(mark), mark.clientId)
    this.#writes.request()
  }

  /** Writes the marks that wait. Resolves when they are stored or have failed. */
  flush(): Promise<void> {
    return this.#writes.flush()
  }

  stop(): Promise<void> {
    return this.#writes.stop()
  }

  /** A user who has sent no further mark since the run before is forgotten. */
  async #writeWaiting(): Promise<void> {
    this.#recent = new Map([...this.#waiting].map(([key, { clientId }]) => [key, clientId]))
    await this.#storeWaiting()
    if (this.#recent.size > 0) this.#writes.request()
  }

  /** Marks that cannot be written wait for the next interval, unless a greater one has arrived meanwhile. */
  async #storeWaiting(): Promise<void> {
    const batch = [...this.#waiting.values()]
    this.#waiting.clear()
    for (let from = 0; from < batch.length; from += batchMax) {
      const part = batch.slice(from, from + batchMax)
      await this.#store(part).catch((error: unknown) => {
        this.#options.log.debug({ err: error, marks: part.length }, 'delivered marks wait for the database')
        for (const mark of part) this.#requeue(mark)
      })
    }
  }

  #requeue(mark: DeliveredMark): void {
    const key = keyOf(mark)
    if ((this.#waiting.get(key)?.seq ?? 0) < mark.seq) this.#waiting.set(key, mark)
    this.#recent.set(key, mark.clientId)
  }

  async #store(batch: readonly DeliveredMark[]): Promise<void> {
    const { db, bus, epoch } = this.#options
    const byKey = new Map(batch.map((mark) => [keyOf(mark), mark]))
    for (const raised of await raiseDelivered(db.orm, batch)) {
      const mark = byKey.get(keyOf(raised))
      if (mark === undefined) continue
      const { clientId, role } = mark
      bus.publish({ t: 'mark', epoch: epoch(), clientId, role, ...raised })
    }
  }
}

function keyOf({ chatId, userId }: Pick<Delivery, 'chatId' | 'userId'>): string {
  return `${chatId}:${userId}`
}
