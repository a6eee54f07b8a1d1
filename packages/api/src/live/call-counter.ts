import { socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'

export type CallId = string | number
export type CallMethod = 'query' | 'mutation' | 'subscription'

const none: readonly CallId[] = []

/**
 * The calls and streams of one socket that are not answered yet. They are few, so lists will do, made no longer than
 * they are; an idle socket has none.
 */
export class CallCounter {
  #calls = none
  #streams = none

  /** Lets a call in, or says why not: its id is in use, or there are too many of its kind. */
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

  /** The call was answered, or the stream ended. */
  settle(id: CallId): void {
    this.#calls = without(this.#calls, id)
    this.#streams = without(this.#streams, id)
  }

  /** Calls that are not answered yet; streams are none. */
  get calls(): number {
    return this.#calls.length
  }
}

function without(ids: readonly CallId[], id: CallId): readonly CallId[] {
  if (!ids.includes(id)) return ids
  return ids.length === 1 ? none : ids.filter((one) => one !== id)
}
