import type { AppRouter } from '@deskbell/api/router'
import type { Operation, TRPCClientError } from '@trpc/client'
import type { WakeSign } from '../base/page.ts'
import type { Store } from '../base/store.ts'
import type { ConnectionState } from '../socket/connection-state.ts'
import type { ResultObserver, Transport } from '../transport/transport.ts'
import type { TabBrowser } from './tab-browser.ts'

/** To all tabs of one session: a follower looks for the leader, or a tab has become the leader. */
export type SharedMessage = { t: 'hello'; tab: string } | { t: 'leading'; leader: string }

/** From a follower to its leader, on a channel of the two. A tab that is no longer the leader ignores them. */
export type FollowerMessage = { leader: string } & (
  | { t: 'run'; id: number; op: Asked }
  | { t: 'stop'; id: number }
  /**
   * The leader must answer. `retry`: connect at once. `wake`: connect at once, or probe the open socket. `probe`: only
   * that.
   */
  | { t: 'ping'; then: 'nothing' | 'retry' | 'wake' | 'probe' }
  | { t: 'bye' }
)

/** From the leader to one follower. */
export type LeaderMessage = { leader: string } & (
  | { t: 'welcome' | 'state'; state: ConnectionState }
  | { t: 'pong' }
  | { t: 'taken' | 'done' | 'full'; id: number }
  | { t: 'result'; id: number; result: Result }
  | { t: 'error'; id: number; error: Failure }
)

export type Asked = Pick<Operation, 'type' | 'path' | 'input'>
export type Result = Parameters<ResultObserver['next']>[0]['result']

/** The parts of an error that can be cloned. */
export type Failure = { message: string; shape: TRPCClientError<AppRouter>['shape'] | null }

/**
 * Returns the message if its kind is known, else null. Checking the kind is enough, because all tabs of a channel use
 * the same version: the channel's name contains it.
 */
export function parseMessage<M extends { t: string }>(kinds: ReadonlySet<M['t']>, message: unknown): M | null {
  if (typeof message !== 'object' || message === null || !('t' in message)) return null
  return kinds.has(message.t as M['t']) ? (message as M) : null
}

export const sharedKinds: ReadonlySet<SharedMessage['t']> = new Set(['hello', 'leading'])
export const followerKinds: ReadonlySet<FollowerMessage['t']> = new Set(['run', 'stop', 'ping', 'bye'])
export const leaderKinds: ReadonlySet<LeaderMessage['t']> = new Set([
  'welcome',
  'state',
  'pong',
  'taken',
  'done',
  'full',
  'result',
  'error',
])

/** The name of the channel of one follower and its leader, and of the lock that the follower holds while it lives. */
export function followerName(sharedChannel: string, tab: string): string {
  return `${sharedChannel}#${tab}`
}

export type ShareOptions = {
  browser: TabBrowser
  /** The same for all tabs that may share: of one server, session and version of these messages. */
  name: string
  tab: string
  /** This tab's own connection. */
  connection: SharedConnection
}

/** What other tabs may do with a connection. */
export type SharedConnection = {
  readonly state: Store<ConnectionState>
  readonly transport: Transport
  retryNow(): void
  wake(sign: WakeSign): void
}
