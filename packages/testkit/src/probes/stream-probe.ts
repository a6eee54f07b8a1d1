import { type WaitOptions, waitFor } from '../wait-for.ts'

export type ProbeFrame<F> = { id: string; frame: F; at: number }

type Open<F> = (signal: AbortSignal) => AsyncGenerator<{ id: string; frame: F }>

/** Reads a stream in the background, and keeps every frame with the time of its arrival. */
export class StreamProbe<F extends { t: string }> implements AsyncDisposable {
  readonly received: ProbeFrame<F>[] = []
  error: unknown
  readonly #end = new AbortController()
  readonly #running: Promise<void>

  constructor(open: Open<F>) {
    this.#running = this.#read(open(this.#end.signal))
  }

  get frames(): F[] {
    return this.received.map((step) => step.frame)
  }

  get lastId(): string | undefined {
    return this.received.at(-1)?.id
  }

  of<T extends F['t']>(t: T): Extract<F, { t: T }>[] {
    return this.frames.filter((frame): frame is Extract<F, { t: T }> => frame.t === t)
  }

  /** Waits for a frame of this kind. Throws the error of the stream. */
  async until(t: F['t'], options?: WaitOptions): Promise<void> {
    await this.when(() => this.of(t).length > 0, { what: `a frame ${t}`, ...options })
  }

  async when(condition: () => boolean, options?: WaitOptions): Promise<void> {
    await waitFor(() => this.error !== undefined || condition(), options)
    if (this.error !== undefined) throw this.error
  }

  /** Aborts the stream, and resolves when it has ended. */
  async stop(): Promise<void> {
    this.#end.abort()
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #read(stream: AsyncGenerator<{ id: string; frame: F }>): Promise<void> {
    try {
      for await (const step of stream) this.received.push({ ...step, at: performance.now() })
    } catch (error) {
      this.error = error
    }
  }
}
