import type { ErrorCode } from '@deskbell/contract/errors'
import type { Message } from '@deskbell/contract/messages'
import { SdkError } from '../base/errors.ts'
import { deferred } from '../base/timers.ts'

type Waiter = { resolve(message: Message): void; reject(error: unknown): void }

/** Programs that wait for the outcome of a message. */
export class Waiters {
  readonly #waiters = new Map<string, Set<Waiter>>()

  /** The ids of messages that a program waits for. */
  get ids(): ReadonlySet<string> {
    return new Set(this.#waiters.keys())
  }

  /** Rejects with `SdkError`, or with the signal's reason. `onLeft` is called when the last waiter is aborted. */
  wait(clientMsgId: string, onLeft: () => void, signal?: AbortSignal): Promise<Message> {
    const waiters = this.#waiters.get(clientMsgId) ?? new Set()
    this.#waiters.set(clientMsgId, waiters)
    const { promise, ...waiter } = deferred<Message>()
    waiters.add(waiter)
    if (signal === undefined) return promise
    const abort = () => {
      waiters.delete(waiter)
      waiter.reject(signal.reason)
      if (waiters.size > 0) return
      this.#waiters.delete(clientMsgId)
      onLeft()
    }
    signal.addEventListener('abort', abort)
    return promise.finally(() => signal.removeEventListener('abort', abort))
  }

  resolve(message: Message): void {
    for (const waiter of this.#take(message.clientMsgId)) waiter.resolve(message)
  }

  /** Rejects those who wait; returns whether there were any. */
  reject(clientMsgId: string, code: ErrorCode): boolean {
    const waiters = this.#take(clientMsgId)
    for (const waiter of waiters) waiter.reject(new SdkError(code))
    return waiters.length > 0
  }

  #take(clientMsgId: string | null): Waiter[] {
    if (clientMsgId === null) return []
    const waiters = this.#waiters.get(clientMsgId)
    this.#waiters.delete(clientMsgId)
    return [...(waiters ?? [])]
  }
}
