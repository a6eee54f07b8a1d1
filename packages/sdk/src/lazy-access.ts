import type { AppRouter } from '@deskbell/api/router'
import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { ConnectionState, EndReason } from './connection/connection-state.ts'
import { endedError } from './connection/ended-error.ts'
import type { WakeSign } from './connection/page-signals.ts'
import { type Pause, pause } from './connection/pause.ts'
import { retryDelayMs } from './connection/retry-delay.ts'
import { isByHttp, type ResultObserver, type Results } from './connection/route.ts'
import type { LoadedAccess } from './create-access.ts'
import { createStore, type Store } from './store.ts'

/** Loads the code and makes the access with it. */
type Load = () => Promise<LoadedAccess>
type Waiting = { op: Operation; observer: ResultObserver; start(loaded: LoadedAccess): void }

/**
 * The access of a program, whose code is loaded when it is first needed: a page stands, shows what it remembers and
 * takes text without it. What is asked before waits for it. Code that cannot be loaded is a line that is away: it is
 * tried again after the same waits, until it comes or nobody wants it.
 */
export class LazyAccess {
  readonly state: Store<ConnectionState>
  readonly link: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      this.#run(op)
  readonly #load: Load
  readonly #random: () => number
  readonly #state = createStore<ConnectionState>({ kind: 'idle' })
  readonly #waiting = new Set<Waiting>()
  #loaded: LoadedAccess | null = null
  #isWanted = false
  #isLoading = false
  #attempt = 0
  #pause: Pause | null = null

  constructor(load: Load, random: () => number) {
    this.#load = load
    this.#random = random
    this.state = this.#state
  }

  /** Opens what is needed for calls and streams, unless it is open. */
  connect(): void {
    if (this.#loaded !== null) this.#loaded.access.connect()
    else if (this.#state.getSnapshot().kind !== 'ended') {
      this.#isWanted = true
      this.#startLoading()
    }
  }

  retryNow(): void {
    this.#loaded?.access.retryNow()
    this.#hurry()
  }

  /** Finds out whether the open line still lives. */
  probe(): void {
    this.#loaded?.access.probe()
  }

  wake(sign: WakeSign): void {
    this.#loaded?.access.wake(sign)
    if (sign !== 'offline') this.#hurry()
  }

  /** Another session begins. */
  renew(): void {
    if (this.#loaded !== null) this.#loaded.access.renew()
    else this.#drop({ kind: 'idle' })
  }

  end(reason: EndReason): void {
    if (this.#loaded !== null) this.#loaded.access.end(reason)
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

  /** A call that goes by HTTP fails as it does without a network; the others wait for the line. */
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

  /** The state that stands is left alone until the access has one of its own. */
  #begin(loaded: LoadedAccess): void {
    const { access } = loaded
    const state = this.#state.getSnapshot()
    this.#loaded = loaded
    access.state.subscribe(() => this.#state.set(access.state.getSnapshot()))
    if (state.kind === 'ended') access.end(state.reason)
    if (this.#isWanted) access.connect()
    for (const waiting of this.#takeWaiting(() => true)) waiting.start(loaded)
  }

  /** Ends as an open line does: what waits has not left. */
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
  return TRPCClientError.from(new Error('The line broke.'))
}
