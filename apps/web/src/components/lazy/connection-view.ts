import type { ConnectionState } from '@deskbell/sdk'

/** What the banner shows. `gone` is final: the connection has ended, and with `signedOut` the session too. */
export type ConnectionView =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'catching-up' }
  | { readonly kind: 'back' }
  | { readonly kind: 'gone'; readonly signedOut: boolean }

/** Shorter outages are not shown. */
export const quietMs = 2_000
export const backMs = 2_000

export type Outage = {
  /** When the connection was lost; null while it is up and nothing is missing. */
  readonly since: number | null
  /** The outage was shown, so its end is shown too. */
  readonly isAnnounced: boolean
  /** When a shown outage ended; null otherwise. */
  readonly backAt: number | null
}

export const noOutage: Outage = { since: null, isAnnounced: false, backAt: null }

/** Returns the next state of the outage. `caughtUp`: everything that was missed has arrived. */
export function nextOutage(
  before: Outage,
  connection: ConnectionState,
  now: { caughtUp: boolean; at: number },
): Outage {
  if (isWell(connection, now.caughtUp)) {
    if (before.since === null) return before.backAt !== null && now.at - before.backAt >= backMs ? noOutage : before
    return before.isAnnounced ? { since: null, isAnnounced: false, backAt: now.at } : noOutage
  }
  const since = before.since ?? now.at
  const isAnnounced = before.isAnnounced || now.at - since >= quietMs
  return since === before.since && isAnnounced === before.isAnnounced ? before : { since, isAnnounced, backAt: null }
}

export function connectionView(outage: Outage, connection: ConnectionState, at: number): ConnectionView {
  if (connection.kind === 'ended') return { kind: 'gone', signedOut: connection.reason === 'unauthenticated' }
  if (outage.backAt !== null) return { kind: 'back' }
  if (!outage.isAnnounced) return { kind: 'none' }
  if (connection.kind === 'waiting') {
    return { kind: 'waiting', seconds: Math.max(1, Math.ceil((connection.retryAt - at) / 1_000)) }
  }
  return { kind: connection.kind === 'online' ? 'catching-up' : 'connecting' }
}

function isWell(connection: ConnectionState, caughtUp: boolean): boolean {
  return connection.kind === 'idle' || (connection.kind === 'online' && caughtUp)
}
