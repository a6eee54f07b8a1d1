import type { IncomingMessage } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { authenticate } from '@deskbell/core/auth/authenticate'
import type { Core } from '@deskbell/core/context'
import { beforeDeadline } from '../before-deadline.ts'
import { type Credential, isAmbient, type Meant } from './credential.ts'
import { isOwnOrigin, type OriginRule } from './origin-rule.ts'
import type { Peer } from './peer.ts'

/** Throws `forbidden` when the request names an origin that is not ours. */
export function assertOwnOrigin(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin !== undefined && !isOwnOrigin(rule, peer, origin)) throw foreignOrigin()
}

/**
 * A browser sends cookies along for whoever asks, so a cookie counts only for a page of ours,
 * and not without knowing whose page it is.
 */
export function assertOwnCookie(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin === undefined || !isOwnOrigin(rule, peer, origin)) throw foreignOrigin()
}

/**
 * For a stream with a cookie. A browser asks for its own page's stream without an `Origin`, and a foreign page could
 * not read one, but it could open many: so where the browser says whose page it is, that must be ours.
 */
export function assertOwnReader(rule: OriginRule, peer: Peer, request: IncomingMessage): void {
  assertOwnOrigin(rule, peer, request)
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin === undefined && site !== undefined && site !== 'same-origin' && site !== 'none') throw foreignOrigin()
}

/**
 * Who the credential stands for; null for none, for an ended one, and when the caller means another user than it stands
 * for: somebody else has signed in beside a page that does not know it. Bounded in time.
 */
export async function actorOf(
  core: Core,
  credential: Credential,
  { user }: Pick<Meant, 'user'>,
): Promise<Actor | null> {
  if (credential.kind === 'none' || credential.kind === 'unclear') return null
  const actor = await beforeDeadline(authenticate(core, credential.token))
  return user === undefined || user === String(actor?.userId) ? actor : null
}

/** The two rules of an upgrade: no foreign origin at all, and a cookie only from a page of ours. */
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
