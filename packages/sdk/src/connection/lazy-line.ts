import { type Operation, TRPCClientError } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { importCode } from '../import-code.ts'
import { createStore, type Store } from '../store.ts'
import type { ConnectionState, EndReason } from './connection-state.ts'
import { endedError } from './ended-error.ts'
import type { OwnLine, OwnLineOptions } from './own-line.ts'
import type { WakeSign } from './page-signals.ts'
import { type Pause, pause } from './pause.ts'
import { retryDelayMs } from './retry-delay.ts'
import type { ResultObserver, Results, Route } from './route.ts'

type Loaded = typeof import('./own-line.ts')
type Waiting = { op: Operation; observer: ResultObserver; start(line: OwnLine): void }

/**
 * The own line of a program, whose code is loaded when the line is first opened: a page stands without it, and a tab
 * that uses the line of another tab never needs it. What is asked before waits for it. Code that cannot be loaded is a
 * line that is away: it is tried again after the same waits, until it comes or nobody wants it.
 */
export class LazyLine {
  readonly state: Store<ConnectionState>
  readonly route: Route = {
    run: (op) => this.#run(op),
    leave: (op) => this.#line?.route.leave(op) ?? 'repeat',
  }
  readonly #options: OwnLineOptions
  readonly #load: () => Promise<Loaded>
  readonly #state = createStore<ConnectionState>({ kind: 'idle' })
  readonly #waiting = new Set<Waiting>()
  #line: OwnLine | null = null
  #isWanted = false
  #isLoading = false
  #attempt = 0
  #pause: Pause | null = null

  constructor(options: OwnLineOptions, load: () => Promise<Loaded> = () => importCode(() => import('./own-line.ts'))) {
    this.#options = options
    this.#load = load
    this.state = this.#state
  }

  open(): void {
    if (this.#line !== null) this.#line.open()
    else if (this.#state.getSnapshot().kind !== 'ended') {
      this.#isWanted = true
      if (!this.#isLoading) void this.#loadWhileWanted()
    }
  }

  retryNow(): void {
    this.#line?.retryNow()
    this.#hurry()
  }

  wake(sign: WakeSign): void {
    this.#line?.wake(sign)
    this.#hurry()
  }

  /** Closes the socket; it can be opened anew. */
  renew(): void {
    if (this.#line !== null) this.#line.renew()
    else this.#drop({ kind: 'idle' })
  }

  end(reason: EndReason): void {
    if (this.#line !== null) this.#line.end(reason)
    else this.#drop({ kind: 'ended', reason })
  }

  async #loadWhileWanted(): Promise<void> {
    this.#isLoading = true
    while (this.#isWanted && this.#line === null) {
      this.#state.set({ kind: 'connecting' })
      const loaded = await this.#load().catch(() => null)
      if (loaded !== null) this.#begin(new loaded.OwnLine(this.#options))
      else if (this.#isWanted) await this.#waitToRetry()
    }
    this.#isLoading = false
  }

  async #waitToRetry(): Promise<void> {
    const delayMs = retryDelayMs(this.#attempt, this.#options.random)
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

  /** The state that stands is left alone until the line has one of its own. */
  #begin(line: OwnLine): void {
    const state = this.#state.getSnapshot()
    this.#line = line
    line.state.subscribe(() => this.#state.set(line.state.getSnapshot()))
    if (state.kind === 'ended') line.end(state.reason)
    if (this.#isWanted) line.open()
    for (const waiting of this.#takeWaiting()) waiting.start(line)
  }

  /** Ends as an open line does: what waits has not left. */
  #drop(state: ConnectionState): void {
    this.#isWanted = false
    this.#attempt = 0
    this.#state.set(state)
    this.#pause?.cut()
    for (const { op, observer } of this.#takeWaiting()) {
      if (op.type === 'subscription') observer.complete()
      else
        observer.error(state.kind === 'ended' ? endedError(state) : TRPCClientError.from(new Error('The line broke.')))
    }
  }

  #takeWaiting(): Waiting[] {
    const all = [...this.#waiting]
    this.#waiting.clear()
    return all
  }

  #run(op: Operation): Results {
    if (this.#line !== null) return this.#line.route.run(op)
    return observable((observer) => {
      const state = this.#state.getSnapshot()
      if (this.#line === null && state.kind === 'ended') return observer.error(endedError(state))
      let stop = () => {}
      const waiting: Waiting = {
        op,
        observer,
        start(line) {
          const running = line.route.run(op).subscribe(observer)
          stop = () => running.unsubscribe()
        },
      }
      if (this.#line === null) this.#waiting.add(waiting)
      else waiting.start(this.#line)
      this.open()
      return () => {
        this.#waiting.delete(waiting)
        stop()
      }
    })
  }
}
