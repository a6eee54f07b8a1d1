import { socketCallsMax, socketSubscriptionsMax } from '@deskbell/contract/limits'

export type CallId = string | number
export type CallMethod = 'query' | 'mutation' | 'subscription'

/** The calls and streams of one socket that are not answered yet. An idle socket costs nothing here. */
export class CallCounter {
  #calls: Set<CallId> | null = null
  #streams: Set<CallId> | null = null

  /** Lets a call in, or says why not: its id is in use, or there are too many of its kind. */
  admit(id: CallId, method: CallMethod): 'ok' | 'repeated' | 'too_many' {
    if (this.#calls?.has(id) || this.#streams?.has(id)) return 'repeated'
    if (method === 'subscription') {
      this.#streams ??= new Set()
      return take(this.#streams, socketSubscriptionsMax, id)
    }
    this.#calls ??= new Set()
    return take(this.#calls, socketCallsMax, id)
  }

  /** The call was answered, or the stream ended. */
  settle(id: CallId): void {
    this.#calls?.delete(id)
    this.#streams?.delete(id)
  }

  /** Calls that are not answered yet; streams are none. */
  get calls(): number {
    return this.#calls?.size ?? 0
  }
}

function take(group: Set<CallId>, max: number, id: CallId): 'ok' | 'too_many' {
  if (group.size >= max) return 'too_many'
  group.add(id)
  return 'ok'
}
