import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { WakeSign } from '../base/page.ts'
import { type Pause, pause, retryDelayMs } from '../base/retry.ts'
import { createStore, type Store } from '../base/store.ts'
import type { ConnectionState, EndReason } from '../socket/connection-state.ts'
import { endedError } from '../socket/ended-error.ts'
import { isByHttp, type ResultObserver, type Results } from '../transport/transport.ts'
import type { LoadedConnection } from './create-connection.ts'

/** Loads the code and creates the connection. */
type Load = () => Promise<LoadedConnection>
type Waiting = { op: Operation; observer: ResultObserver; start(loaded: LoadedConnection): void }

/**
 * The connection of a program. Its code is loaded on first use: a page renders, shows stored data and accepts text
 * without it. Operations that start earlier wait. Code that cannot be loaded counts as a lost connection: it is retried
 * with the same backoff, until it is loaded or no longer wanted.
 */
export class LazyConnection {
  readonly state: Store<ConnectionState>
  readonly link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      this.#run(op)
  readonly #load: Load
  readonly #random: () => number
  readonly #state = createStore<ConnectionState>({ kind: 'idle' })
  readonly #waiting = new Set<Waiting>()
  #loaded: LoadedConnection | null = null
  #isWanted = false
  #isLoading = false
  #attempt = 0
  #pause: Pause | null = null

  constructor(load: Load, random: () => number) {
    this.#load = load
    this.#random = random
    this.state = this.#state
  }

  /** Opens the connection that calls and streams need, unless it is open. */
  connect(): void {
    if (this.#loaded !== null) this.#loaded.manager.connect()
    else if (this.#state.getSnapshot().kind !== 'ended') {
      this.#isWanted = true
      this.#startLoading()
    }
  }

  retryNow(): void {
    this.#loaded?.manager.retryNow()
    this.#hurry()
  }

  /** Checks whether the open connection is alive. */
  probe(): void {
    this.#loaded?.manager.probe()
  }

  wake(sign: WakeSign): void {
    this.#loaded?.manager.wake(sign)
    if (sign !== 'offline') this.#hurry()
  }

  /** Drops the connection of the old session. */
  renew(): void {
    if (this.#loaded !== null) this.#loaded.manager.renew()
    else this.#drop({ kind: 'idle' })
  }

  end(reason: EndReason): void {
    if (this.#loaded !== null) this.#loaded.manager.end(reason)
    else this.#drop({ kind: 'ended', reason })
  }

  #startLoading(): void {
    if (!this.#isLoading) void this.#loadWhileWanted()
  }

  async #loadWhileWanted(): Promise<void> {
    this.#isLoading = true
    do {
      if (this.#isWanted) this.#state.set({ kind: 'connecting' })
      const loaded = await this.#load().catch(() => null)
      if (loaded !== null) this.#begin(loaded)
      else await this.#failed()
    } while (this.#isWanted && this.#loaded === null)
    this.#isLoading = false
  }

  /** A call by HTTP fails as it does without a network; the others wait for the connection. */
  async #failed(): Promise<void> {
    for (const { observer } of this.#takeWaiting(({ op }) => isByHttp(op))) observer.error(lostError())
    if (!this.#isWanted) return
    const delayMs = retryDelayMs(this.#attempt, this.#random)
    this.#state.set({ kind: 'waiting', attempt: this.#attempt, retryAt: Date.now() + delayMs })
    this.#attempt += 1
    this.#pause = pause(delayMs)
    await this.#pause.over
    this.#pause = null
  }

  #hurry(): void {
    this.#attempt = 0
    this.#pause?.cut()
  }

  /** Keeps the current state until the connection reports its own. */
  #begin(loaded: LoadedConnection): void {
    const { manager } = loaded
    const state = this.#state.getSnapshot()
    this.#loaded = loaded
    manager.state.subscribe(() => this.#state.set(manager.state.getSnapshot()))
    if (state.kind === 'ended') manager.end(state.reason)
    if (this.#isWanted) manager.connect()
    for (const waiting of this.#takeWaiting(() => true)) waiting.start(loaded)
  }

  /** Ends waiting operations as an open connection does. None of them has been sent. */
  #drop(state: ConnectionState): void {
    this.#isWanted = false
    this.#state.set(state)
    this.#hurry()
    for (const { op, observer } of this.#takeWaiting(({ op }) => !isByHttp(op))) {
      if (op.type === 'subscription') observer.complete()
      else observer.error(state.kind === 'ended' ? endedError(state) : lostError())
    }
  }

  #takeWaiting(isTaken: (waiting: Waiting) => boolean): Waiting[] {
    const taken = [...this.#waiting].filter(isTaken)
    for (const each of taken) this.#waiting.delete(each)
    return taken
  }

  #run(op: Operation): Results {
    return observable((observer) => {
      if (this.#loaded !== null) return this.#loaded.run(op).subscribe(observer)
      const state = this.#state.getSnapshot()
      if (state.kind === 'ended' && !isByHttp(op)) return observer.error(endedError(state))
      if (op.signal?.aborted) return observer.complete()
      let stop = () => {}
      const waiting: Waiting = {
        op,
        observer,
        start(loaded) {
          const running = loaded.run(op).subscribe(observer)
          stop = () => running.unsubscribe()
        },
      }
      const abort = () => this.#waiting.delete(waiting) && observer.complete()
      this.#waiting.add(waiting)
      op.signal?.addEventListener('abort', abort)
      if (isByHttp(op)) this.#startLoading()
      else this.connect()
      return () => {
        op.signal?.removeEventListener('abort', abort)
        this.#waiting.delete(waiting)
        stop()
      }
    })
  }
}

function lostError(): TRPCClientError<AppRouter> {
  return TRPCClientError.from(new Error('The connection broke.'))
}
