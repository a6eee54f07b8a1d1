import type { AppRouter } from '@deskbell/api/router'
import type { Operation, TRPCClientError } from '@trpc/client'
import type { ConnectionState } from '../connection/connection-state.ts'
import type { ResultObserver } from '../connection/route.ts'

/** What all tabs of one session hear: a guest looks for the host, a host says that it is the one from now on. */
export type HallMessage = { t: 'hello'; tab: string } | { t: 'leading'; host: string }

/** From a guest to its host, on a channel of the two. A host that is no longer the one ignores them. */
export type GuestMessage = { host: string } & (
  | { t: 'run'; id: number; op: Asked }
  | { t: 'stop'; id: number }
  /** To be answered. `retry`: end a wait. `wake`: try at once, or find out whether the line still lives. `probe`: only that. */
  | { t: 'ping'; then: 'nothing' | 'retry' | 'wake' | 'probe' }
  | { t: 'bye' }
)

/** From the host to one guest. */
export type HostMessage = { host: string } & (
  | { t: 'welcome' | 'state'; state: ConnectionState }
  | { t: 'pong' }
  | { t: 'taken' | 'done' | 'full'; id: number }
  | { t: 'result'; id: number; result: Result }
  | { t: 'error'; id: number; error: Failure }
)

export type Asked = Pick<Operation, 'type' | 'path' | 'input'>
export type Result = Parameters<ResultObserver['next']>[0]['result']

/** An error without what cannot be copied. */
export type Failure = { message: string; shape: TRPCClientError<AppRouter>['shape'] | null }

/**
 * Tabs of one page speak one language, and its version stands in the name of the channel, so a look at the kind of the
 * message is enough.
 */
export function parseMessage<M extends { t: string }>(kinds: ReadonlySet<M['t']>, message: unknown): M | null {
  if (typeof message !== 'object' || message === null || !('t' in message)) return null
  return kinds.has(message.t as M['t']) ? (message as M) : null
}

export const hallKinds: ReadonlySet<HallMessage['t']> = new Set(['hello', 'leading'])
export const guestKinds: ReadonlySet<GuestMessage['t']> = new Set(['run', 'stop', 'ping', 'bye'])
export const hostKinds: ReadonlySet<HostMessage['t']> = new Set([
  'welcome',
  'state',
  'pong',
  'taken',
  'done',
  'full',
  'result',
  'error',
])
