import type { BusLogger, Hint, HintListener } from './bus.ts'

/** The subscribers of one process. If a listener throws, the error is logged and the others are still called. */
export class Listeners {
  readonly #listeners = new Set<{ call: HintListener }>()
  readonly #log: BusLogger | undefined

  constructor(log?: BusLogger) {
    this.#log = log
  }

  add(call: HintListener): () => void {
    const entry = { call }
    this.#listeners.add(entry)
    return () => {
      this.#listeners.delete(entry)
    }
  }

  deliver(hint: Hint): void {
    for (const listener of this.#listeners) {
      try {
        listener.call(hint)
      } catch (error) {
        this.#log?.error({ err: error, hint: hint.t }, 'a bus listener failed')
      }
    }
  }
}
