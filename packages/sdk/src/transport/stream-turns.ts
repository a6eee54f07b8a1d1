import type { Operation } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import { CallSlots } from '../base/slots.ts'
import { ResumePoint } from './moving-operation.ts'
import type { ResultObserver, Results } from './transport.ts'

/** A browser has six connections to a server without HTTP/2, for all tabs together; two are left for calls. */
const streamsMax = 4
/** How long a stream keeps its slot while others wait for one, in milliseconds. */
const turnMs = 5_000

/**
 * Limits the open streams, so that connections are left for calls. Further streams take turns: one releases its slot to
 * the next and resumes later from its last frame, so that each is late at times, and misses nothing.
 */
export class StreamTurns {
  readonly #slots = new CallSlots(streamsMax)

  run(op: Operation, open: (op: Operation) => Results): Results {
    return observable((observer) => {
      const turn = new Turn(this.#slots, { observer, open: (point) => open(point.operation(op)) })
      return () => turn.end()
    })
  }
}

type Taker = { observer: ResultObserver; open(point: ResumePoint): Results }

class Turn {
  readonly #slots: CallSlots
  readonly #taker: Taker
  readonly #point = new ResumePoint()
  #release = () => {}
  #stop = () => {}

  constructor(slots: CallSlots, taker: Taker) {
    this.#slots = slots
    this.#taker = taker
    this.#begin()
  }

  end(): void {
    this.#stop()
    this.#release()
  }

  #begin(): void {
    this.#stop = () => {}
    this.#release = this.#slots.take(() => this.#run())
  }

  #run(): void {
    const { observer, open } = this.#taker
    const timer = setInterval(() => this.#giveWay(), turnMs)
    const running = open(this.#point).subscribe({
      next: (result) => {
        this.#point.note(result)
        observer.next(result)
      },
      error: (error) => observer.error(error),
      complete: () => observer.complete(),
    })
    this.#stop = () => {
      clearInterval(timer)
      running.unsubscribe()
    }
  }

  #giveWay(): void {
    if (!this.#slots.areWanted) return
    this.end()
    this.#begin()
  }
}
