import type { FrameSink, OpenStream, Step } from './frame-sink.ts'
import { StreamEnded, StreamWait } from './stream-wait.ts'

export type StreamOptions = {
  signal: AbortSignal
  /** Back-pressure: awaited before each frame. */
  ready?: (() => Promise<void> | void) | undefined
  /** True while so much waits for the reader that typing is left out. */
  isBusy?: (() => boolean) | undefined
}

/** A pushed stream as a generator: for server-sent events, and for programs inside this process. */
export async function* pulledFrames<F>(
  open: OpenStream<F>,
  { signal, ready, isBusy }: StreamOptions,
): AsyncGenerator<Step<F>, void, undefined> {
  const wait = new StreamWait(signal)
  const hand = new Hand<F>(() => wait.wake(), isBusy)
  const stream = open(hand)
  try {
    for (;;) {
      if (ready !== undefined) await wait.until(Promise.resolve(ready()))
      hand.ask()
      stream.speak()
      yield await taken(hand, wait)
    }
  } catch (error) {
    if (!(error instanceof StreamEnded)) throw error
  } finally {
    stream.stop()
    wait.dispose()
  }
}

async function taken<F>(hand: Hand<F>, wait: StreamWait): Promise<Step<F>> {
  for (;;) {
    const step = hand.take()
    if (step !== null) return step
    await wait.pause()
  }
}

/** Accepts one frame after each `ask`. */
class Hand<F> implements FrameSink<F> {
  readonly #wake: () => void
  readonly #isBusy: StreamOptions['isBusy']
  #asks = false
  #step: Step<F> | null = null
  #failure: { cause: unknown } | null = null

  constructor(wake: () => void, isBusy: StreamOptions['isBusy']) {
    this.#wake = wake
    this.#isBusy = isBusy
  }

  get isBusy(): boolean {
    return this.#isBusy?.() ?? false
  }

  ask(): void {
    this.#asks = true
  }

  take(): Step<F> | null {
    if (this.#failure !== null) throw this.#failure.cause
    const step = this.#step
    this.#step = null
    return step
  }

  mayWrite(): boolean {
    return this.#asks
  }

  write(step: Step<F>): void {
    this.#asks = false
    this.#step = step
    this.#wake()
  }

  fail(cause: unknown): void {
    this.#failure = { cause }
    this.#wake()
  }
}
