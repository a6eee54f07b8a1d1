import type { AppRouter } from '@deskbell/api/router'
import type { Operation, OperationLink, OperationResultObserver } from '@trpc/client'

/** What an operation emits: results of a call, or frames and states of a stream. */
export type Results = ReturnType<OperationLink<AppRouter>>
export type ResultObserver = OperationResultObserver<AppRouter, unknown>

/** What carries calls and streams now: the own socket, HTTP, or another tab. */
export type Transport = {
  run(op: Operation): Results
  /**
   * What happens to a running call when another transport takes over: it finishes here, is repeated there because it
   * was not sent yet or is safe to repeat, or fails as on a lost connection.
   */
  leave(call: Operation): 'finish' | 'repeat' | 'fail'
}

/** The `next` of the last link in a chain. */
export function nothingNext(): never {
  throw new Error('Nothing comes after this link.')
}

/** Reports whether a call always goes by HTTP: only HTTP can set a cookie, and it works when the socket does not. */
export function isByHttp({ path }: Operation): boolean {
  return path.startsWith('users.') || path.startsWith('auth.')
}
