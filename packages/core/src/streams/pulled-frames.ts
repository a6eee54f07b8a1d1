import type { FrameSink, OpenStream, TrackedFrame } from './frame-sink.ts'
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
): AsyncGenerator<TrackedFrame<F>, void, undefined> {
  const wait = new StreamWait(signal)
  const sink = new PullSink<F>(() => wait.wake(), isBusy)
  const stream = open(sink)
  try {
    for (;;) {
      if (ready !== undefined) await wait.until(Promise.resolve(ready()))
      sink.request()
      stream.flush()
      yield await nextFrame(sink, wait)
    }
  } catch (error) {
    if (!(error instanceof StreamEnded)) throw error
  } finally {
    stream.stop()
    wait.dispose()
  }
}

async function nextFrame<F>(sink: PullSink<F>, wait: StreamWait): Promise<TrackedFrame<F>> {
  for (;;) {
    const tracked = sink.take()
    if (tracked !== null) return tracked
    await wait.pause()
  }
}

/** Accepts one frame after each `ask`. */
class PullSink<F> implements FrameSink<F> {
  readonly #wake: () => void
  readonly #isBusy: StreamOptions['isBusy']
  #isRequested = false
  #tracked: TrackedFrame<F> | null = null
  #failure: { cause: unknown } | null = null

  constructor(wake: () => void, isBusy: StreamOptions['isBusy']) {
    this.#wake = wake
    this.#isBusy = isBusy
  }

  get isBusy(): boolean {
    return this.#isBusy?.() ?? false
  }

  request(): void {
    this.#isRequested = true
  }

  take(): TrackedFrame<F> | null {
    if (this.#failure !== null) throw this.#failure.cause
    const tracked = this.#tracked
    this.#tracked = null
    return tracked
  }

  mayWrite(): boolean {
    return this.#isRequested
  }

  write(tracked: TrackedFrame<F>): void {
    this.#isRequested = false
    this.#tracked = tracked
    this.#wake()
  }

  fail(cause: unknown): void {
    this.#failure = { cause }
    this.#wake()
  }
}
