import type { IncomingMessage } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import type { HttpOptions } from '../../http/http-options.ts'
import { isPath, toOriginForm } from '../../http/request-target.ts'
import { actorOf, assertOwnUpgrade } from '../../http/security/admission.ts'
import {
  type Credential,
  cookiePlace,
  type RequestedSession,
  readCredential,
  readRequestedSession,
} from '../../http/security/credential.ts'
import { assertOneHost, assertOwnHost } from '../../http/security/host-rule.ts'
import type { OriginRule } from '../../http/security/origin-rule.ts'
import { type Peer, peerOf } from '../../http/security/peer.ts'
import type { RateLimits } from '../../http/security/rate-limits.ts'
import type { SignIn } from '../sockets/live-socket.ts'

/** An upgrade that may be admitted: only its session is not known yet. */
export type CheckedUpgrade = {
  peer: Peer
  credential: Credential
  requested: RequestedSession
  /** Its first frame signs the socket in. */
  isSignInLater: boolean
}

/** `releaseSocket`: the socket of this user counts until it is called; null before the sign-in. */
export type Admission = { signIn: SignIn; releaseSocket: (() => void) | null }

export type GateOptions = Pick<
  HttpOptions,
  'core' | 'authMode' | 'publicUrl' | 'consoleUrl' | 'allowedHosts' | 'allowedOrigins' | 'trustProxy'
> & {
  limits: RateLimits
}

/**
 * Checks an upgrade while it is still plain HTTP. So a refusal costs no socket, and a client can distinguish it from a
 * lost connection. Checks form, path, host, rate and origin, in this order. Throws `AppError`.
 */
export function checkUpgrade(options: GateOptions, request: IncomingMessage): CheckedUpgrade {
  const params = socketParams(request)
  const peer = peerOf(request, options.trustProxy)
  assertOwnHost(options, request)
  options.limits.take('connect', peer.address)
  const requested = readRequestedSession(request, params)
  const credential = readCredential(request.headers, requested, cookiePlace(options, peer))
  assertOwnUpgrade(options satisfies OriginRule, peer, { request, credential })
  return { peer, credential, requested, isSignInLater: params.get('connectionParams') === '1' }
}

/** Signs a checked upgrade in, unless its first frame does. Rejects with `AppError`. */
export async function signInUpgrade(options: GateOptions, upgrade: CheckedUpgrade): Promise<Admission> {
  const { credential, requested } = upgrade
  const token = tokenOf(credential)
  // The token is checked when the first frame is received, because it may end before.
  if (upgrade.isSignInLater) return { signIn: { state: 'waiting', token, requested }, releaseSocket: null }
  const actor = await actorOf(options.core, credential, requested)
  if (actor === null || token === null) throw new AppError('unauthenticated')
  return { signIn: { state: 'done', actor, token }, releaseSocket: options.limits.acquireSocket(actor.userId) }
}

const socketPaths = new Set(['/', '/trpc'])

function socketParams(request: IncomingMessage): URLSearchParams {
  const { path, query } = upgradeTarget(request)
  // Compared without parsing: a URL parser would read `//evil.example` as a host.
  if (!socketPaths.has(path)) throw new AppError('not_found')
  return new URLSearchParams(query)
}

/** Returns the target of an upgrade. Throws `invalid_input` for two `Host` headers, and for a target that is no path. */
export function upgradeTarget(request: IncomingMessage): { path: string; query: string } {
  assertOneHost(request)
  const [path = '', query = ''] = toOriginForm(request).split(/\?(.*)/s, 2)
  if (!isPath(path)) throw new AppError('invalid_input', { detail: 'The target of the request is no path.' })
  return { path, query }
}

function tokenOf(credential: Credential): string | null {
  return 'token' in credential ? credential.token : null
}
