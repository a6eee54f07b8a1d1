import { hash } from 'node:crypto'
import type { Actor } from '@deskbell/contract/actor'
import { sendQueueItemsMax } from '@deskbell/contract/limits'
import type { SendBatchInput } from '@deskbell/contract/messages'
import { SendAsides } from './send-asides.ts'
import type { ItemAnswer } from './send-job.ts'
import { SendLane } from './send-lane.ts'
import { overloaded, SendQueue } from './send-queue.ts'
import type { StoreOptions } from './store-sends.ts'

export type SendLanesOptions = StoreOptions & {
  /** Milliseconds that never go back. */
  now?: (() => number) | undefined
}

/** While one transaction waits for the disk the other fills; more only make them smaller. */
const lanesCount = 2

/**
 * The sends of this process. Those that wait together are stored in one transaction, which costs one lock statement,
 * one look, one write and one wait for the disk, whether it holds one message or hundreds.
 *
 *   send ─ by chat ─▶ lane ─ one trip at a time ─▶ committed, published, answered
 *                      │ the chat is locked by others, or the trip failed
 *                      └▶ aside ─ the chat alone, waiting for its lock ─▶ the same
 */
export class SendLanes {
  readonly #lanes: SendLane[]
  readonly #asides: SendAsides
  readonly #now: () => number
  #items = 0
  #stopping = false

  constructor({ now = () => performance.now(), ...options }: SendLanesOptions) {
    this.#now = now
    const asides = new SendAsides({ ...options, now })
    this.#asides = asides
    this.#lanes = Array.from(
      { length: lanesCount },
      () => new SendLane({ ...options, asides, queue: new SendQueue(now) }),
    )
  }

  /** Stores the items of a call in order; each has its answer. Trouble with the whole rejects. */
  async send(actor: Actor, { chatId, items }: SendBatchInput): Promise<ItemAnswer[]> {
    const lane = this.#lanes[chatId % lanesCount]
    if (lane === undefined || this.#stopping || this.#items + items.length > sendQueueItemsMax) throw overloaded()
    const { promise, resolve, reject } = Promise.withResolvers<ItemAnswer[]>()
    this.#items += items.length
    lane.add({ chatId, sender: actor, commands: items.map(toCommand), since: this.#now(), resolve, reject })
    return promise.finally(() => {
      this.#items -= items.length
    })
  }

  /** Takes nothing more, and resolves when everything that was taken has its answer. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const lane of this.#lanes) await lane.settled()
    await this.#asides.settled()
  }
}

/** The text was normalised by the schema, so the same message always has the same hash. */
function toCommand({ clientMsgId, text }: SendBatchInput['items'][number]) {
  return { clientMsgId, text, bodyHash: hash('sha256', text) }
}
