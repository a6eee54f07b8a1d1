import type { IncomingMessage } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import { actorOf, assertOwnUpgrade } from '../http/admission.ts'
import { type Credential, readCredential, readMeant } from '../http/credential.ts'
import { assertOwnHost } from '../http/host-rule.ts'
import type { HttpOptions } from '../http/http-options.ts'
import type { OriginRule } from '../http/origin-rule.ts'
import { type Peer, peerOf } from '../http/peer.ts'
import { type RateLimits, tooManySockets } from '../http/rate-limits.ts'
import { toOriginForm } from '../http/request-target.ts'
import type { SignIn } from './live-socket.ts'

export type Admission = { peer: Peer; signIn: SignIn }

export type GateOptions = Pick<HttpOptions, 'core' | 'authMode' | 'allowedHosts' | 'allowedOrigins' | 'trustProxy'> & {
  publicUrl: string | undefined
  limits: RateLimits
}

/**
 * Admits an upgrade while it is still plain HTTP. So a refusal costs no socket, and a client can distinguish it from a
 * lost connection. Checks path, host, rate, origin, session and number of sockets, in this order. Throws `AppError`.
 */
export async function admitUpgrade(options: GateOptions, request: IncomingMessage): Promise<Admission> {
  const params = socketParams(request)
  const peer = peerOf(request, options.trustProxy)
  assertOwnHost(options, request)
  options.limits.take('connect', peer.address)
  const meant = readMeant(request, params)
  const credential = readCredential(request.headers, meant)
  assertOwnUpgrade(options satisfies OriginRule, peer, { request, credential })
  const token = tokenOf(credential)
  // tRPC clients set this when their first frame signs in. The token is checked then, because it may end before.
  if (params.get('connectionParams') === '1') return { peer, signIn: { state: 'waiting', token, meant } }
  const actor = await actorOf(options.core, credential, meant)
  if (actor === null || token === null) throw new AppError('unauthenticated')
  if (!options.limits.hasSeat(actor.userId)) throw tooManySockets()
  return { peer, signIn: { state: 'done', actor, token } }
}

const socketPaths = new Set(['/', '/trpc'])

function socketParams(request: IncomingMessage): URLSearchParams {
  const [path = '', query = ''] = toOriginForm(request).split(/\?(.*)/s, 2)
  // Compared without parsing: a URL parser would read `/\evil.example` as a host.
  if (!socketPaths.has(path)) throw new AppError('not_found')
  return new URLSearchParams(query)
}

function tokenOf(credential: Credential): string | null {
  return 'token' in credential ? credential.token : null
}
