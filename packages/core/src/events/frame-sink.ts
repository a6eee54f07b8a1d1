/** One frame and the place to come back to. It is the same object for everybody who is told the same. */
export type Step<F> = { readonly id: string; readonly frame: F }

/** Where the frames of one stream go. Everything here is synchronous. */
export type FrameSink<F> = {
  /** May one frame be written now? After a `no` the line calls `speak` of the stream once there is room. */
  mayWrite(): boolean
  /** True while so much waits for the reader that what nobody misses is left out. */
  readonly isBusy: boolean
  write(step: Step<F>): void
  /** The stream is over, because of this. Nothing is written after it. */
  fail(cause: unknown): void
}

/** A stream that runs until it is stopped or has failed. */
export type RunningStream = {
  /** Writes what there is to say, as far as the sink takes it. */
  speak(): void
  stop(): void
}

export type OpenStream<F> = (sink: FrameSink<F>) => RunningStream
