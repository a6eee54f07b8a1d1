import type { IncomingMessage } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { authenticate } from '@deskbell/core/auth/authenticate'
import type { Core } from '@deskbell/core/context'
import { beforeDeadline } from '../../before-deadline.ts'
import { type Credential, isAmbient, type RequestedSession } from './credential.ts'
import { isOwnOrigin, type OriginRule } from './origin-rule.ts'
import type { Peer } from './peer.ts'

/** Throws `forbidden` when the request has a foreign `Origin`. A request without one passes. */
export function assertOwnOrigin(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin !== undefined && !isOwnOrigin(rule, peer, origin)) throw foreignOrigin()
}

/**
 * For requests that a cookie authenticates. A browser sends cookies with requests of any page, so the request must have
 * an own `Origin`. Throws `forbidden`.
 */
export function assertOwnCookie(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin === undefined || !isOwnOrigin(rule, peer, origin)) throw foreignOrigin()
}

/**
 * For streams that a cookie authenticates. A browser opens a stream of its own page without an `Origin`. A foreign page
 * could not read a stream, but could open many. So an `Origin` or `Sec-Fetch-Site` must be own, where the browser sends
 * one. Throws `forbidden`.
 */
export function assertOwnReader(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  assertOwnOrigin(rule, peer, request)
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none') throw foreignOrigin()
}

/**
 * Resolves with the user of the credential. Resolves with null without a valid one, and when the request means another
 * user: then a page does not know that another user has signed in in the same browser. Rejects with `unavailable` when
 * the database does not answer in time.
 */
export async function actorOf(
  core: Core,
  credential: Credential,
  { user }: Pick<RequestedSession, 'user'>,
): Promise<Actor | null> {
  if (credential.kind === 'none' || credential.kind === 'unclear') return null
  const actor = await beforeDeadline(authenticate(core, credential.token))
  return user === undefined || user === String(actor?.userId) ? actor : null
}

/** Checks the origin of an upgrade: never a foreign one, and with a cookie an own one. Throws `forbidden`. */
export function assertOwnUpgrade(
  rule: OriginRule,
  peer: Peer,
  upgrade: { request: IncomingMessage; credential: Credential },
): void {
  const check = isAmbient(upgrade.credential) ? assertOwnCookie : assertOwnOrigin
  check(rule, peer, upgrade.request)
}

function foreignOrigin(): AppError {
  return new AppError('forbidden', { detail: 'The request comes from a foreign origin.' })
}
