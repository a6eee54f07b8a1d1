import { socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'

export type CallId = string | number
export type CallMethod = 'query' | 'mutation' | 'subscription'

/** The calls and streams of one socket that are not answered yet. */
export class CallCounter {
  readonly #calls = new Set<CallId>()
  readonly #streams = new Set<CallId>()

  /** Lets a call in, or says why not: its id is in use, or there are too many of its kind. */
  admit(id: CallId, method: CallMethod): 'ok' | 'repeated' | 'too_many' {
    if (this.#calls.has(id) || this.#streams.has(id)) return 'repeated'
    const [group, max] =
      method === 'subscription' ? [this.#streams, socketSubscriptionsMax] : [this.#calls, socketCallsMax]
    if (group.size >= max) return 'too_many'
    group.add(id)
    return 'ok'
  }

  /** The call was answered, or the stream ended. */
  settle(id: CallId): void {
    this.#calls.delete(id)
    this.#streams.delete(id)
  }

  /** Calls that are not answered yet; streams are none. */
  get calls(): number {
    return this.#calls.size
  }

  isStream(id: CallId): boolean {
    return this.#streams.has(id)
  }
}
