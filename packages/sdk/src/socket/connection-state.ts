/** The state of the connection. `idle` until something needs it; `ended` is final until the next `login`. */
export type ConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly via: Via }
  /** `attempt` counts from 0; `retryAt` is in milliseconds, as `Date.now()`. */
  | { readonly kind: 'waiting'; readonly attempt: number; readonly retryAt: number }
  | { readonly kind: 'ended'; readonly reason: EndReason }

/** Over one socket, or over single calls and server-sent events where sockets are blocked. */
export type Via = 'socket' | 'http'

/** `protocol`: this program is broken or too old. `closed`: `close` was called, which is final. */
export type EndReason = 'unauthenticated' | 'forbidden' | 'protocol' | 'closed'

export type ConnectionEvent =
  /** The next attempt waits until `retryAt`. */
  | { readonly t: 'waiting'; readonly attempt: number; readonly retryAt: number }
  | { readonly t: 'attempting' }
  | { readonly t: 'opened'; readonly via: Via }
  /** No open socket is left, or HTTP does not work any more. */
  | { readonly t: 'lost' }
  | { readonly t: 'ended'; readonly reason: EndReason }
  /** A session began: the socket may be opened again. */
  | { readonly t: 'renewed' }

/** Returns the next state, the same object for no change. Pure and total: every state handles every event. */
export function nextConnectionState(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  return step(state, event)
}

type Kind = ConnectionState['kind']
type StateOf<K extends Kind> = Extract<ConnectionState, { kind: K }>
type EventOf<T extends ConnectionEvent['t']> = Extract<ConnectionEvent, { t: T }>
type Row<S extends ConnectionState> = {
  readonly [T in ConnectionEvent['t']]: (state: S, event: EventOf<T>) => ConnectionState
}
type Table = { readonly [K in Kind]: Row<StateOf<K>> }

const stay = (state: ConnectionState): ConnectionState => state
const toIdle = (): ConnectionState => ({ kind: 'idle' })
const toConnecting = (): ConnectionState => ({ kind: 'connecting' })
const toOnline = (_: ConnectionState, { via }: EventOf<'opened'>): ConnectionState => ({ kind: 'online', via })
const toEnded = (_: ConnectionState, event: EventOf<'ended'>): ConnectionState => ({
  kind: 'ended',
  reason: event.reason,
})
const toWaiting = (_: ConnectionState, event: EventOf<'waiting'>): ConnectionState => ({
  kind: 'waiting',
  attempt: event.attempt,
  retryAt: event.retryAt,
})

/** While a socket is open, attempts to replace it (for a server that moves its clients) do not change the state. */
const table: Table = {
  idle: { waiting: stay, attempting: toConnecting, opened: stay, lost: stay, ended: toEnded, renewed: stay },
  connecting: {
    waiting: toWaiting,
    attempting: stay,
    opened: toOnline,
    lost: stay,
    ended: toEnded,
    renewed: toIdle,
  },
  online: {
    waiting: stay,
    attempting: stay,
    opened: (state, event) => (state.via === event.via ? state : toOnline(state, event)),
    lost: toConnecting,
    ended: toEnded,
    renewed: toIdle,
  },
  waiting: {
    waiting: toWaiting,
    attempting: toConnecting,
    opened: toOnline,
    lost: stay,
    ended: toEnded,
    renewed: toIdle,
  },
  ended: {
    waiting: stay,
    attempting: stay,
    opened: stay,
    lost: stay,
    ended: stay,
    renewed: (state) => (state.reason === 'closed' ? state : toIdle()),
  },
}

/** `Table` checks the types of each cell; indexing with two unions loses their relation. */
function step(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  const row: { readonly [T in ConnectionEvent['t']]: (state: never, event: never) => ConnectionState } =
    table[state.kind]
  const cell = row[event.t]
  return cell(state as never, event as never)
}
