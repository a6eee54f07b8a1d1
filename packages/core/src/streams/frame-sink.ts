/** One frame and the id to resume from. Followers that receive the same frame share one object. */
export type TrackedFrame<F> = { readonly id: string; readonly frame: F }

/** Receives the frames of one stream. All calls are synchronous. */
export type FrameSink<F> = {
  /** Reports whether a frame may be written now. After false, the sink's owner calls `flush` once there is room. */
  mayWrite(): boolean
  /** True while so much waits for the reader that typing is left out. */
  readonly isBusy: boolean
  write(tracked: TrackedFrame<F>): void
  /** The stream has failed with this error. Nothing is written after it. */
  fail(cause: unknown): void
}

/** A stream that runs until it is stopped or fails. */
export type RunningStream = {
  /** Writes the frames that there are, as far as the sink accepts them. */
  flush(): void
  stop(): void
}

export type OpenStream<F> = (sink: FrameSink<F>) => RunningStream
