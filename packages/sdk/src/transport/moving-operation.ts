import { type Operation, TRPCClientError } from '@trpc/client'
import type { Unsubscribable } from '@trpc/server/observable'
import type { Store } from '../base/store.ts'
import type { ResultObserver, Transport } from './transport.ts'

type Asked = { op: Operation; observer: ResultObserver }
type Result = Parameters<ResultObserver['next']>[0]

/**
 * Runs an operation on the current transport. When that changes, a stream resumes there from its last frame, and a call
 * does as the old transport says. Without a transport it waits.
 */
export class MovingOperation {
  readonly #transports: Store<Transport | null>
  readonly #asked: Asked
  readonly #point = new ResumePoint()
  readonly #stopListening: () => void
  readonly #abort = () => this.#finish(() => this.#asked.observer.complete())
  #transport: Transport | null = null
  #running: Unsubscribable | null = null
  /** Increases when a run is left, so that its late results are ignored. */
  #run = 0
  #done = false

  constructor(transports: Store<Transport | null>, asked: Asked) {
    this.#transports = transports
    this.#asked = asked
    this.#stopListening = transports.subscribe(() => this.#transportChanged())
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

  #transportChanged(): void {
    const left = this.#transport
    if (this.#done || left === this.#transports.getSnapshot()) return
    const { op } = this.#asked
    const then = left === null || op.type === 'subscription' ? 'repeat' : left.leave(op)
    if (then === 'finish') return
    this.#leave()
    if (then === 'fail') this.#fail(TRPCClientError.from(new Error('The connection broke.')))
    else this.#start()
  }

  #leave(): void {
    this.#run += 1
    this.#running?.unsubscribe()
    this.#running = null
    if (this.#transport === null || this.#asked.op.type !== 'subscription') return
    this.#asked.observer.next({ result: { type: 'state', state: 'connecting', error: null } })
  }

  #start(): void {
    const transport = this.#transports.getSnapshot()
    this.#transport = transport
    if (transport === null || this.#done) return
    const run = this.#run
    const still = () => run === this.#run
    this.#running = transport.run(this.#point.operation(this.#asked.op)).subscribe({
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

/** Remembers the last frame of a stream, so that it can resume on another transport. */
export class ResumePoint {
  #lastEventId: string | null = null

  note({ result }: Result): void {
    if ('id' in result && typeof result.id === 'string') this.#lastEventId = result.id
  }

  /** Returns the stream from its last frame on; unchanged when there was no frame yet. */
  operation(op: Operation): Operation {
    const { input } = op
    if (this.#lastEventId === null || typeof input !== 'object') return op
    return { ...op, input: { ...input, lastEventId: this.#lastEventId } }
  }
}
