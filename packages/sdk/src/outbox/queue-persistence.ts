import type { ChatId } from '@deskbell/contract/ids'
import type { Writable } from '../base/store.ts'
import type { AccountStore } from './account-store.ts'
import { storageChanges } from './account-store.ts'
import { mergeRows } from './merge-rows.ts'
import { emptyQueue, type Queue, type QueueItem } from './queue-state.ts'
import type { SendLock } from './storage/between-tabs.ts'
import type { OutboxRow } from './storage/outbox-storage.ts'

export type QueuePersistenceOptions = {
  readonly chatId: ChatId
  readonly queue: Writable<Queue>
  /** Reports whether a message stays here that another tab has sent or discarded. */
  staysWithoutRow(item: QueueItem): boolean
  /** Removes what need not be stored any more, before the queue is shown. */
  removeSeen(queue: Queue): Queue
  /** The queue matches the storage; it may have changed. */
  onMerged(): void
  /** All writes have reached the storage. */
  onWritten(): void
}

/** Keeps the queue of one chat and its storage in sync, in both directions. */
export class QueuePersistence {
  readonly #options: QueuePersistenceOptions
  readonly #stop: () => void
  #accountStore: AccountStore | null = null
  /** The queue as the storage knows it. */
  #known: Queue = emptyQueue
  #writing = 0
  #reading: Promise<void> | null = null
  #stale = false

  constructor(options: QueuePersistenceOptions) {
    this.#options = options
    this.#stop = options.queue.subscribe(() => this.#queueChanged())
  }

  get accountStore(): AccountStore | null {
    return this.#accountStore
  }

  /** Reports whether storage and queue may differ now. */
  get isBusy(): boolean {
    return this.#writing > 0 || this.#reading !== null
  }

  /** This tab's lock for sending. It is never acquired without a storage. */
  sendLock(): SendLock {
    return this.#accountStore?.sendLock(this.#options.chatId) ?? { acquired: new Promise(() => {}), release: () => {} }
  }

  /** Sets the storage, and writes the queue to it. */
  use(accountStore: AccountStore): void {
    this.#accountStore = accountStore
    this.#known = emptyQueue
    this.#queueChanged()
    void this.refresh()
  }

  /** Another account is signed in, or none: empties the queue. The rows stay in the storage. */
  leave(): void {
    this.#accountStore = null
    this.#options.queue.set(emptyQueue)
  }

  /** Reads the storage, if there is one. Resolves when the queue matches it. */
  refresh(): Promise<void> {
    // `#read` would end before it is assigned to `#reading`, and nothing would be read any more.
    if (this.#accountStore === null) return Promise.resolve()
    this.#stale = true
    this.#reading ??= this.#read()
    return this.#reading
  }

  stop(): void {
    this.#stop()
  }

  #queueChanged(): void {
    const before = this.#known
    this.#known = this.#options.queue.getSnapshot()
    const accountStore = this.#accountStore
    if (accountStore === null) return
    for (const change of storageChanges(before, this.#known)) {
      void this.#written(accountStore.write(this.#options.chatId, change))
      if (change.do === 'add' || change.do === 'retry' || this.#reading !== null) void this.refresh()
    }
  }

  async #written(write: Promise<void>): Promise<void> {
    this.#writing += 1
    await write
    this.#writing -= 1
    if (!this.isBusy) this.#options.onWritten()
  }

  /** Rows that were read during a write are outdated, and read again. */
  async #read(): Promise<void> {
    while (this.#stale && this.#accountStore !== null) {
      this.#stale = false
      const accountStore = this.#accountStore
      const rows = await accountStore.read(this.#options.chatId)
      if (!this.#stale && accountStore === this.#accountStore) this.#merge(rows)
    }
    this.#reading = null
    if (!this.isBusy) this.#options.onWritten()
  }

  #merge(rows: readonly OutboxRow[]): void {
    const { queue, staysWithoutRow, removeSeen, onMerged } = this.#options
    this.#known = mergeRows(queue.getSnapshot(), rows, staysWithoutRow)
    queue.set(removeSeen(this.#known))
    onMerged()
  }
}
