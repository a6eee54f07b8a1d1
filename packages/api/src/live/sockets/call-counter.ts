import { socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'

export type CallId = string | number
export type CallMethod = 'query' | 'mutation' | 'subscription'

const none: readonly CallId[] = []

/**
 * Counts the calls in flight and the open streams of one socket. They are few, so arrays of the exact size are enough.
 * All idle sockets share one empty array.
 */
export class CallCounter {
  #calls = none
  #streams = none

  /** Adds a call or stream, unless its id is in use (`repeated`) or the limit of its kind is reached (`too_many`). */
  admit(id: CallId, method: CallMethod): 'ok' | 'repeated' | 'too_many' {
    if (this.#calls.includes(id) || this.#streams.includes(id)) return 'repeated'
    if (method === 'subscription') {
      if (this.#streams.length >= socketSubscriptionsMax) return 'too_many'
      this.#streams = this.#streams.concat(id)
      return 'ok'
    }
    if (this.#calls.length >= socketCallsMax) return 'too_many'
    this.#calls = this.#calls.concat(id)
    return 'ok'
  }

  /** Removes a call that was answered, or a stream that ended. */
  settle(id: CallId): void {
    this.#calls = without(this.#calls, id)
    this.#streams = without(this.#streams, id)
  }

  /** Number of calls in flight, without streams. */
  get calls(): number {
    return this.#calls.length
  }
}

function without(ids: readonly CallId[], id: CallId): readonly CallId[] {
  if (!ids.includes(id)) return ids
  return ids.length === 1 ? none : ids.filter((one) => one !== id)
}
