import type { ChatId } from '@deskbell/contract/ids'
import { deferred, doNotHoldProcess } from '../../base/timers.ts'
import { MemoryStorage } from './memory-storage.ts'
import {
  type NewRow,
  type OutboxRow,
  type OutboxStorage,
  type RowChange,
  type RowKey,
  toNewRow,
} from './outbox-storage.ts'

export type FallbackOptions = {
  /** Called again whenever opening failed. */
  open(): Promise<OutboxStorage>
  /** True: the device works and has everything written meanwhile. False: everything is only in memory. */
  onDevice(isWorking: boolean): void
}

/** How long a call waits for the device before memory answers: some browsers hang where others refuse. */
const patienceMs = 3_000
const firstRetryMs = 2_000
const mostRetryMs = 60_000

/**
 * The device's storage while it works, otherwise memory, which has everything that this program has written or read
 * there. No call ever rejects. A device that is slow or refused at first is retried for as long as the program runs;
 * when it opens, what was written to memory meanwhile is moved to it. Calls run one at a time, so that memory always
 * matches the last state of the device.
 */
export class FallbackStorage implements OutboxStorage {
  readonly #options: FallbackOptions
  readonly #memory = new MemoryStorage()
  /** What the device lacks: rows that were changed while it did not work, and whether they were moved to the end. */
  readonly #unsaved = new Map<string, RowKey & { readonly isMoved: boolean }>()
  #device: OutboxStorage | null = null
  /** Resolves when the device is open, or calls need not wait for it any more. */
  readonly #waits: Promise<void>
  #isReported = true
  #isLost = false
  /** Calls do not wait for the device any more. */
  #hasStarted = false
  #lastWork: Promise<unknown> = Promise.resolve()
  #retryMs = firstRetryMs
  #timer: ReturnType<typeof setTimeout> | undefined
  #isClosed = false

  constructor(options: FallbackOptions) {
    this.#options = options
    this.#waits = this.#open()
  }

  /** Reports whether rows that are written now outlive the program. */
  get isKept(): boolean {
    return this.#device !== null
  }

  /** Reports whether the device broke in use: what it had is only in memory now. */
  get isLost(): boolean {
    return this.#isLost
  }

  read(chatId?: ChatId): Promise<OutboxRow[]> {
    return this.#inTurn(async () => {
      const rows = await this.#tryDevice((device) => device.read(chatId))
      if (rows !== null) this.#memory.replace(rows, chatId)
      return await this.#memory.read(chatId)
    })
  }

  add(rows: readonly NewRow[]): Promise<void> {
    return this.#both((storage) => storage.add(rows), rows)
  }

  change(key: RowKey, change: RowChange, place: 'stays' | 'end'): Promise<void> {
    return this.#both((storage) => storage.change(key, change, place), [key], place === 'end')
  }

  remove(keys: readonly RowKey[]): Promise<void> {
    return this.#both((storage) => storage.remove(keys), keys)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    void this.#inTurn(async () => this.#device?.close())
  }

  #both(work: (storage: OutboxStorage) => Promise<void>, keys: readonly RowKey[], isMoved = false): Promise<void> {
    return this.#inTurn(async () => {
      const isSaved = (await this.#tryDevice(work)) !== null
      await work(this.#memory)
      if (!isSaved) for (const key of keys) this.#noteUnsaved(key, isMoved)
    })
  }

  #noteUnsaved({ chatId, clientMsgId }: RowKey, isMoved: boolean): void {
    const name = nameOf({ chatId, clientMsgId })
    const wasMoved = this.#unsaved.get(name)?.isMoved ?? false
    this.#unsaved.set(name, { chatId, clientMsgId, isMoved: wasMoved || isMoved })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const answer = this.#lastWork.then(() => this.#waits).then(work)
    this.#lastWork = answer.catch(() => {})
    return answer
  }

  /**
   * Returns null without a device. One that broke in use is given up: other tabs may continue with its rows, and adding
   * these again from memory would restore what they have sent, or change the order.
   */
  async #tryDevice<T>(work: (device: OutboxStorage) => Promise<T>): Promise<T | null> {
    const device = this.#device
    if (device === null) return null
    try {
      return await inTime(work(device))
    } catch {
      this.#device = null
      device.close()
      this.#isLost = true
      this.#report(false)
      return null
    }
  }

  /** Resolves after `patienceMs` at the latest. Opening continues, because a slow device is still a device. */
  #open(): Promise<void> {
    const over = deferred<void>()
    const mayGoOn = () => {
      this.#hasStarted = true
      clearTimeout(patience)
      over.resolve()
    }
    const patience = setTimeout(() => {
      this.#report(false)
      mayGoOn()
    }, patienceMs)
    const opened = async (device: OutboxStorage) => {
      // At the start all calls wait, so nothing was written to memory only.
      const hasNothingToMove = !this.#hasStarted
      if (hasNothingToMove) this.#device = device
      mayGoOn()
      if (!hasNothingToMove) await this.#inTurn(() => this.#use(device))
    }
    const failed = () => {
      this.#report(false)
      mayGoOn()
      this.#openLater()
    }
    new Promise<OutboxStorage>((resolve) => resolve(this.#options.open())).then(opened).catch(failed)
    return over.promise
  }

  #openLater(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#open(), this.#retryMs)
    doNotHoldProcess(this.#timer)
    this.#retryMs = Math.min(mostRetryMs, this.#retryMs * 2)
  }

  /** Runs after all earlier calls, and moves to the device what they left in memory. */
  async #use(device: OutboxStorage): Promise<void> {
    if (this.#isClosed) return device.close()
    await this.#moveTo(device)
    this.#device = device
    this.#retryMs = firstRetryMs
    this.#report(true)
  }

  async #moveTo(device: OutboxStorage): Promise<void> {
    try {
      const rows = await inTime(this.#copyTo(device))
      this.#unsaved.clear()
      this.#memory.replace(rows)
    } catch (error) {
      device.close()
      throw error
    }
  }

  /** Adds first and removes last: a page that dies in between leaves too many rows, which the server deduplicates. */
  async #copyTo(device: OutboxStorage): Promise<OutboxRow[]> {
    const gone = new Map(this.#unsaved)
    for (const row of await this.#memory.read()) {
      const unsaved = this.#unsaved.get(nameOf(row))
      if (unsaved === undefined) continue
      gone.delete(nameOf(row))
      await device.add([toNewRow(row)])
      await device.change(row, { code: row.code, waitsSince: row.waitsSince }, unsaved.isMoved ? 'end' : 'stays')
    }
    await device.remove([...gone.values()])
    return await device.read()
  }

  #report(isWorking: boolean): void {
    if (this.#isClosed || this.#isReported === isWorking) return
    this.#isReported = isWorking
    this.#options.onDevice(isWorking)
  }
}

function nameOf({ chatId, clientMsgId }: RowKey): string {
  return `${chatId} ${clientMsgId}`
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The storage does not answer.')), patienceMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
