import type { ConnectionState } from '@deskbell/sdk'

/** What the banner shows. `gone` is final: the session has ended. */
export type ConnectionView =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'catching-up' }
  | { readonly kind: 'back' }
  | { readonly kind: 'gone'; readonly signedOut: boolean }

/** A short break is nobody's business: nothing is said about the first two seconds. */
export const quietMs = 2_000
export const backMs = 2_000

export type Outage = {
  /** When the line was lost; null while all is well. */
  readonly since: number | null
  /** Somebody was told of it, so somebody is told of its end. */
  readonly told: boolean
  /** When all was well again after it was told; null otherwise. */
  readonly backAt: number | null
}

export const noOutage: Outage = { since: null, told: false, backAt: null }

/** The next picture of the outage. `caughtUp`: everything missed meanwhile has arrived. */
export function nextOutage(
  before: Outage,
  connection: ConnectionState,
  now: { caughtUp: boolean; at: number },
): Outage {
  if (isWell(connection, now.caughtUp)) {
    if (before.since === null) return before.backAt !== null && now.at - before.backAt >= backMs ? noOutage : before
    return before.told ? { since: null, told: false, backAt: now.at } : noOutage
  }
  const since = before.since ?? now.at
  const told = before.told || now.at - since >= quietMs
  return since === before.since && told === before.told ? before : { since, told, backAt: null }
}

export function connectionView(outage: Outage, connection: ConnectionState, at: number): ConnectionView {
  if (connection.kind === 'ended') return { kind: 'gone', signedOut: connection.reason === 'unauthenticated' }
  if (outage.backAt !== null) return { kind: 'back' }
  if (!outage.told) return { kind: 'none' }
  if (connection.kind === 'waiting') {
    return { kind: 'waiting', seconds: Math.max(1, Math.ceil((connection.retryAt - at) / 1_000)) }
  }
  return { kind: connection.kind === 'online' ? 'catching-up' : 'connecting' }
}

function isWell(connection: ConnectionState, caughtUp: boolean): boolean {
  return connection.kind === 'idle' || (connection.kind === 'online' && caughtUp)
}
