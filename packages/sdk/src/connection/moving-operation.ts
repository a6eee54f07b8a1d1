import { type Operation, TRPCClientError } from '@trpc/client'
import type { Unsubscribable } from '@trpc/server/observable'
import type { Store } from '../store.ts'
import { ResumePoint } from './resume-point.ts'
import type { ResultObserver, Route } from './route.ts'

type Asked = { op: Operation; observer: ResultObserver }
type Result = Parameters<ResultObserver['next']>[0]

/**
 * Runs an operation on the present route. When that changes, a stream goes on there from its last frame, and a call
 * does as the old route says. Without a route it waits.
 */
export class MovingOperation {
  readonly #routes: Store<Route | null>
  readonly #asked: Asked
  readonly #point = new ResumePoint()
  readonly #stopListening: () => void
  readonly #abort = () => this.#finish(() => this.#asked.observer.complete())
  #route: Route | null = null
  #running: Unsubscribable | null = null
  /** Rises with every start, so that a late word of an earlier route is not heard. */
  #run = 0
  #done = false

  constructor(routes: Store<Route | null>, asked: Asked) {
    this.#routes = routes
    this.#asked = asked
    this.#stopListening = routes.subscribe(() => this.#routeChanged())
    asked.op.signal?.addEventListener('abort', this.#abort)
    if (asked.op.signal?.aborted) this.#abort()
    else this.#start()
  }

  stop(): void {
    this.#done = true
    this.#run += 1
    this.#asked.op.signal?.removeEventListener('abort', this.#abort)
    this.#stopListening()
    this.#running?.unsubscribe()
  }

  #routeChanged(): void {
    const left = this.#route
    if (this.#done || left === this.#routes.getSnapshot()) return
    const { op } = this.#asked
    const then = left === null || op.type === 'subscription' ? 'repeat' : left.leave(op)
    if (then === 'finish') return
    this.#leave()
    if (then === 'fail') this.#fail(TRPCClientError.from(new Error('The line broke.')))
    else this.#start()
  }

  #leave(): void {
    this.#run += 1
    this.#running?.unsubscribe()
    this.#running = null
    if (this.#route === null || this.#asked.op.type !== 'subscription') return
    this.#asked.observer.next({ result: { type: 'state', state: 'connecting', error: null } })
  }

  #start(): void {
    const route = this.#routes.getSnapshot()
    this.#route = route
    if (route === null || this.#done) return
    const run = this.#run
    const still = () => run === this.#run
    this.#running = route.run(this.#point.operation(this.#asked.op)).subscribe({
      next: (result) => still() && this.#next(result),
      error: (error) => still() && this.#fail(error),
      complete: () => still() && this.#finish(() => this.#asked.observer.complete()),
    })
    if (!still()) this.#running.unsubscribe()
  }

  #next(result: Result): void {
    this.#point.note(result)
    this.#asked.observer.next(result)
  }

  #fail(error: Parameters<ResultObserver['error']>[0]): void {
    this.#finish(() => this.#asked.observer.error(error))
  }

  #finish(tell: () => void): void {
    if (this.#done) return
    this.stop()
    tell()
  }
}
