import type { Duplex } from 'node:stream'
import { AppError } from '@deskbell/contract/errors'

export type UpgradeQueueOptions = {
  /** No upgrade is admitted while this many upgrades, sign-ins and starts of streams are in progress. */
  workMax: number
  /** Upgrades that are admitted in one turn of the event loop. */
  turnMax: number
  /** Upgrades that may wait. Further ones are refused. */
  waitingMax: number
  /** An upgrade that has waited for longer is refused. */
  waitMs: number
}

type Waiting = { readonly address: string; readonly connection: Duplex; settle(error: AppError | null): void }

/**
 * Admits upgrades a few at a time, so that of many clients that reconnect together the first are live before the last
 * are admitted. Without it every client would wait until the work for all of them is done.
 *
 *   upgrade ─▶ waits ─▶ admitted ─▶ session, 101 ─▶ (the network) ─▶ sign-in ─▶ start of streams ─▶ live
 *
 * What is in progress in this process counts, and not what the network takes: clients on slow lines delay nobody. The
 * addresses take turns, and upgrades of one address are admitted in the order of their arrival.
 */
export class UpgradeQueue {
  readonly #options: UpgradeQueueOptions
  /** The first address is the next one. An address without waiting upgrades has no entry. */
  readonly #addresses = new Map<string, Set<Waiting>>()
  #waiting = 0
  #working = 0
  #admittedInTurn = 0
  #turnScheduled = false
  #closed = false

  constructor(options: UpgradeQueueOptions) {
    this.#options = options
  }

  /** The number of upgrades that wait. */
  get waiting(): number {
    return this.#waiting
  }

  /**
   * Resolves when the upgrade is admitted: it is then in progress until `finished` is called. Rejects with `unavailable`
   * when too many wait, when it has waited for too long, when the connection closes, and after `close`.
   */
  async enter(address: string, connection: Duplex): Promise<void> {
    if (this.#closed) throw new AppError('unavailable')
    if (this.#waiting === 0 && this.#hasRoom()) this.#admit()
    else await this.#wait(address, connection)
  }

  /** A sign-in or the start of a stream is in progress until `finished`. It is not made to wait. */
  started(): void {
    this.#working += 1
  }

  finished(): void {
    this.#working -= 1
    if (this.#waiting > 0) this.#scheduleTurn()
  }

  /** Refuses all upgrades, also those that wait. */
  close(): void {
    this.#closed = true
    for (const entries of this.#addresses.values())
      for (const waiting of entries) waiting.settle(new AppError('unavailable'))
  }

  #hasRoom(): boolean {
    return this.#working < this.#options.workMax && this.#admittedInTurn < this.#options.turnMax
  }

  #admit(): void {
    this.#working += 1
    this.#admittedInTurn += 1
    this.#scheduleTurn()
  }

  #wait(address: string, connection: Duplex): Promise<void> {
    if (this.#waiting >= this.#options.waitingMax)
      throw new AppError('unavailable', { internal: 'too many upgrades wait' })
    return new Promise((resolve, reject) => {
      const unwatch = whenGone(connection, () =>
        waiting.settle(new AppError('unavailable', { internal: 'the peer has gone' })),
      )
      const tooLate = () => waiting.settle(new AppError('unavailable', { internal: 'the upgrade waited for too long' }))
      const timer = setTimeout(tooLate, this.#options.waitMs)
      const waiting: Waiting = {
        address,
        connection,
        settle: (error) => {
          clearTimeout(timer)
          unwatch()
          this.#remove(waiting)
          if (error === null) resolve()
          else reject(error)
        },
      }
      this.#add(waiting)
    })
  }

  #add(waiting: Waiting): void {
    const entries = this.#addresses.get(waiting.address) ?? new Set()
    this.#addresses.set(waiting.address, entries.add(waiting))
    this.#waiting += 1
  }

  #remove(waiting: Waiting): void {
    const entries = this.#addresses.get(waiting.address)
    if (entries?.delete(waiting) !== true) return
    this.#waiting -= 1
    if (entries.size === 0) this.#addresses.delete(waiting.address)
  }

  /** Admits in the next turn, after the frames of sockets that were admitted before. */
  #scheduleTurn(): void {
    if (this.#turnScheduled) return
    this.#turnScheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#turnScheduled = false
    this.#admittedInTurn = 0
    while (this.#hasRoom()) {
      const next = this.#next()
      if (next === null) return
      this.#admit()
      next.settle(null)
    }
  }

  /** The oldest upgrade of the next address, which becomes the last one. */
  #next(): Waiting | null {
    for (const [address, entries] of this.#addresses) {
      this.#addresses.delete(address)
      this.#addresses.set(address, entries)
      for (const waiting of entries) return waiting
    }
    return null
  }
}

/** Calls `gone` when the peer closes or breaks a connection that nobody reads yet. Returns the function that stops it. */
function whenGone(connection: Duplex, gone: () => void): () => void {
  // Without a reader, a stream reports its end only to who asks for it.
  const look = () => void connection.read(0)
  connection.on('readable', look).on('end', gone).on('close', gone)
  return () => connection.off('readable', look).off('end', gone).off('close', gone)
}
