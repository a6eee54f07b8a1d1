import type { AppRouter } from '@deskbell/api/router'
import type { Operation, OperationLink, OperationResultObserver } from '@trpc/client'

/** What an operation gives: results of a call, or frames and states of a stream. */
export type Results = ReturnType<OperationLink<AppRouter>>
export type ResultObserver = OperationResultObserver<AppRouter, unknown>

/** A way on which calls and streams go at this moment: the own socket, HTTP, or another tab. */
export type Route = {
  run(op: Operation): Results
  /**
   * What becomes of a call that is under way when another route takes over: it goes on here, is done again there
   * because it has not left yet or does no harm twice, or fails as on a lost line.
   */
  leave(call: Operation): 'finish' | 'repeat' | 'fail'
}

/** For the last link of a chain. */
export function nothingNext(): never {
  throw new Error('Nothing comes after this link.')
}

/** Only HTTP can set a cookie, and it answers when the line cannot. */
export function isByHttp({ path }: Operation): boolean {
  return path.startsWith('users.')
}
