import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import type { RequestContext, Transport } from '../context.ts'
import { audienceOf, linkTo, siteOf } from '../link-to.ts'
import type { HttpStreams } from '../live/http-streams/http-streams.ts'
import type { HttpOptions } from './http-options.ts'
import { actorOf, assertOwnCookie, assertOwnOrigin, assertOwnReader } from './security/admission.ts'
import { isAmbient, readCredential, readRequestedSession } from './security/credential.ts'
import { peerOf } from './security/peer.ts'
import type { RateLimits } from './security/rate-limits.ts'
import { isHttps } from './security/security-headers.ts'
import { endedCookieHeaders, sessionCookieHeaders } from './security/session-cookies.ts'

export type ContextOptions = Pick<HttpOptions, 'core' | 'publicUrl' | 'allowedOrigins' | 'trustProxy'> & {
  limits: RateLimits
  streams: HttpStreams
}

export type Exchange = { request: IncomingMessage; response: ServerResponse; requestId: string; via: Transport }

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Creates the context of one HTTP request, for REST and for tRPC. */
export function createRequestContext(options: ContextOptions, exchange: Exchange): RequestContext {
  const { request, response, requestId, via } = exchange
  const rule = { publicUrl: options.publicUrl, allowedOrigins: options.allowedOrigins }
  const peer = peerOf(request, options.trustProxy)
  const requested = readRequestedSession(request, streamParams(exchange))
  // Over plain HTTP a browser silently drops a `Secure` cookie.
  const secure = isHttps(peer, options.publicUrl)
  const credential = readCredential(request.headers, requested, secure)
  const changes = !readingMethods.has(request.method ?? 'GET')
  const token = 'token' in credential ? credential.token : null
  const signal = endOf(response)
  let session: Promise<Actor | null> | undefined
  const readSession = async () => {
    if (changes && isAmbient(credential)) assertOwnCookie(rule, peer, request)
    return await actorOf(options.core, credential, requested)
  }
  const authenticate = () => (session ??= readSession())
  return {
    core: options.core,
    via,
    requestId,
    address: peer.address,
    audience: () => audienceOf(options.publicUrl, peer),
    linkTo: (page, token) => linkTo(options.publicUrl, page, token),
    site: siteOf(options.publicUrl),
    signal,
    isGone: () => signal.aborted,
    authenticate,
    assertOwnOrigin() {
      const check = isAmbient(credential) ? assertOwnCookie : assertOwnOrigin
      check(rule, peer, request)
    },
    async limit(rate, tokens) {
      if (rate === 'signIn') return options.limits.take('signIn', peer.address)
      options.limits.take('anonymous', peer.address)
      // A session that cannot be read fails the call later, in the order of checks.
      const actor = await authenticate().catch(() => null)
      if (actor === null) return
      options.limits.takeOf(actor, rate, await tokens())
      options.limits.giveBack('anonymous', peer.address)
    },
    session: {
      token,
      isCookie: credential.kind === 'cookie',
      setCookie: (login) => addCookies(response, sessionCookieHeaders(login, secure)),
      clearCookie: (role) => addCookies(response, endedCookieHeaders(role, secure)),
    },
    reply: { status: null },
    openStream(actor) {
      if (via !== 'http') throw new AppError('method_not_allowed')
      if (isAmbient(credential)) assertOwnReader(rule, peer, request)
      return options.streams.begin(response, actor)
    },
  }
}

function addCookies(response: ServerResponse, cookies: string[]): void {
  for (const cookie of cookies) response.appendHeader('set-cookie', cookie)
}

/** An `EventSource` cannot set headers, so a stream may select its session by URL parameters, as a socket does. */
function streamParams({ request, via }: Exchange): URLSearchParams | undefined {
  if (via !== 'http') return undefined
  const [, query = ''] = (request.url ?? '').split('?', 2)
  return new URLSearchParams(query)
}

function endOf(response: ServerResponse): AbortSignal {
  const ended = new AbortController()
  response.once('close', () => ended.abort())
  return ended.signal
}
