import type { ChatId } from '@deskbell/contract/ids'
import type { Writable } from '../store.ts'
import { mergeRows } from './merge-rows.ts'
import type { OutboxRow } from './outbox-storage.ts'
import { emptyQueue, type Queue, type QueueItem } from './queue-state.ts'
import type { Shelf } from './shelf.ts'
import { storageChanges } from './storage-changes.ts'
import type { Turn } from './turn.ts'

export type KeeperOptions = {
  readonly chatId: ChatId
  readonly queue: Writable<Queue>
  /** Does a message stay here that another tab has sent or thrown away? */
  keeps(item: QueueItem): boolean
  /** Takes out what need not be kept any more, before the queue is shown. */
  sift(queue: Queue): Queue
  /** The queue is as the storage is; it may have changed. */
  onMerged(): void
  /** All that was written is in the storage. */
  onWritten(): void
}

/** Keeps the queue of one chat and its storage alike, in both directions. */
export class ChatKeeper {
  readonly #options: KeeperOptions
  readonly #stop: () => void
  #shelf: Shelf | null = null
  /** What the storage has been told. */
  #known: Queue = emptyQueue
  #writing = 0
  #reading: Promise<void> | null = null
  #stale = false

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#stop = options.queue.subscribe(() => this.#queueChanged())
  }

  get shelf(): Shelf | null {
    return this.#shelf
  }

  /** Storage and queue may differ at this moment. */
  get isBusy(): boolean {
    return this.#writing > 0 || this.#reading !== null
  }

  /** This tab's turn to send; never without a place. */
  turn(): Turn {
    return this.#shelf?.turn(this.#options.chatId) ?? { taken: new Promise(() => {}), end: () => {} }
  }

  /** A place for messages that have none yet. */
  use(shelf: Shelf): void {
    this.#shelf = shelf
    this.#known = emptyQueue
    this.#queueChanged()
    void this.refresh()
  }

  /** Another account: its messages are not for this queue any more, and stay where they are kept. */
  leave(): void {
    this.#shelf = null
    this.#options.queue.set(emptyQueue)
  }

  /** Looks into the storage; resolves when the queue is as it is there. */
  refresh(): Promise<void> {
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
    const shelf = this.#shelf
    if (shelf === null) return
    for (const change of storageChanges(before, this.#known)) {
      void this.#written(shelf.write(this.#options.chatId, change))
      if (change.do === 'add' || change.do === 'retry' || this.#reading !== null) void this.refresh()
    }
  }

  async #written(write: Promise<void>): Promise<void> {
    this.#writing += 1
    await write
    this.#writing -= 1
    if (!this.isBusy) this.#options.onWritten()
  }

  /** What was read while something was written is old, and read again. */
  async #read(): Promise<void> {
    while (this.#stale && this.#shelf !== null) {
      this.#stale = false
      const shelf = this.#shelf
      const rows = await shelf.read(this.#options.chatId)
      if (!this.#stale && shelf === this.#shelf) this.#merge(rows)
    }
    this.#reading = null
    if (!this.isBusy) this.#options.onWritten()
  }

  #merge(rows: readonly OutboxRow[]): void {
    const { queue, keeps, sift, onMerged } = this.#options
    this.#known = mergeRows(queue.getSnapshot(), rows, keeps)
    queue.set(sift(this.#known))
    onMerged()
  }
}
