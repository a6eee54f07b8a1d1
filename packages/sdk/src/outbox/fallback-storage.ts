import type { ChatId } from '@deskbell/contract/ids'
import { MemoryStorage } from './memory-storage.ts'
import type { NewRow, OutboxRow, OutboxStorage, RowChange, RowKey } from './outbox-storage.ts'

export type FallbackOptions = {
  open(): Promise<OutboxStorage>
  /** The device took or gave nothing: from now on all is in memory. */
  onLost(): void
}

/** A device that has not answered for so long will not: some browsers hang where others refuse. */
const deviceMs = 3_000

/**
 * The device's storage for as long as it works, then memory, which has everything that this program has put there or
 * seen there. No call ever rejects. One call at a time, so that the copy in memory is always as the device was last.
 */
export class FallbackStorage implements OutboxStorage {
  readonly #memory = new MemoryStorage()
  readonly #onLost: () => void
  #device: Promise<OutboxStorage> | null
  #calls: Promise<unknown> = Promise.resolve()

  constructor({ open, onLost }: FallbackOptions) {
    this.#onLost = onLost
    this.#device = open()
    this.#device.catch(() => {})
  }

  /** What is put here outlives the program. */
  get isKept(): boolean {
    return this.#device !== null
  }

  read(chatId?: ChatId): Promise<OutboxRow[]> {
    return this.#inTurn(async () => {
      const rows = await this.#tryDevice((device) => device.read(chatId))
      if (rows !== null) this.#memory.replace(rows, chatId)
      return await this.#memory.read(chatId)
    })
  }

  add(rows: readonly NewRow[]): Promise<void> {
    return this.#both((storage) => storage.add(rows))
  }

  change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void> {
    return this.#both((storage) => storage.change(key, change, place))
  }

  remove(keys: readonly RowKey[]): Promise<void> {
    return this.#both((storage) => storage.remove(keys))
  }

  close(): void {
    const device = this.#device
    void this.#inTurn(async () => void (await device?.then((storage) => storage.close()).catch(() => {})))
  }

  #both(work: (storage: OutboxStorage) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#tryDevice(work)
      await work(this.#memory)
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.#calls.then(work)
    this.#calls = answer.catch(() => {})
    return answer
  }

  /** Null without a device. What a lost device says later is not listened to: it is old. */
  async #tryDevice<T>(work: (device: OutboxStorage) => Promise<T>): Promise<T | null> {
    const device = this.#device
    if (device === null) return null
    try {
      return await inTime(device.then(work))
    } catch {
      this.#device = null
      void device.then((lost) => lost.close()).catch(() => {})
      this.#onLost()
      return null
    }
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The storage does not answer.')), deviceMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
