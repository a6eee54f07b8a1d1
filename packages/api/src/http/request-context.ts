import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor } from '@deskbell/contract/actor'
import { AppError } from '@deskbell/contract/errors'
import { assertRoleAt, audienceOf, linkTo, siteOf } from '../addresses.ts'
import type { RequestContext, Transport } from '../context.ts'
import type { HttpStreams } from '../live/http-streams/http-streams.ts'
import type { HttpOptions } from './http-options.ts'
import { actorOf, assertOwnCookie, assertOwnOrigin, assertOwnReader } from './security/admission.ts'
import { cookiePlace, isAmbient, readCredential, readRequestedSession } from './security/credential.ts'
import type { Pacer } from './security/pacer.ts'
import { peerOf } from './security/peer.ts'
import type { RateLimits } from './security/rate-limits.ts'
import { endedCookieHeaders, sessionCookieHeaders } from './security/session-cookies.ts'

export type ContextOptions = Pick<
  HttpOptions,
  'core' | 'publicUrl' | 'consoleUrl' | 'allowedOrigins' | 'trustProxy'
> & {
  limits: RateLimits
  streams: HttpStreams
  /** Null in open mode, where a sign-in costs little. */
  signInPacer: Pacer | null
}

export type Exchange = { request: IncomingMessage; response: ServerResponse; requestId: string; via: Transport }

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Creates the context of one HTTP request, for REST and for tRPC. */
export function createRequestContext(options: ContextOptions, exchange: Exchange): RequestContext {
  const { request, response, requestId, via } = exchange
  const peer = peerOf(request, options.trustProxy)
  const requested = readRequestedSession(request, streamParams(exchange))
  const place = cookiePlace(options, peer)
  const credential = readCredential(request.headers, requested, place)
  const changes = !readingMethods.has(request.method ?? 'GET')
  const token = 'token' in credential ? credential.token : null
  const signal = endOf(response)
  let session: Promise<Actor | null> | undefined
  const readSession = async () => {
    if (changes && isAmbient(credential)) assertOwnCookie(options, peer, request)
    return await actorOf(options.core, credential, requested)
  }
  const authenticate = () => (session ??= readSession())
  return {
    core: options.core,
    via,
    requestId,
    address: peer.address,
    audience: () => audienceOf(options, peer),
    linkTo: (page, token) => linkTo(options, page, token),
    site: siteOf(options),
    signal,
    isGone: () => signal.aborted,
    authenticate,
    assertSignInHere: (role) => assertRoleAt(options, peer.host, role),
    assertOwnOrigin() {
      const check = isAmbient(credential) ? assertOwnCookie : assertOwnOrigin
      check(options, peer, request)
    },
    async limit(rate, tokens) {
      if (rate === 'signIn') {
        options.limits.take('signIn', peer.address)
        await options.signInPacer?.enter()
        return
      }
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
      setCookie: (login) => addCookies(response, sessionCookieHeaders(login, place.secure)),
      clearCookie: (role) => addCookies(response, endedCookieHeaders(role, place.secure)),
    },
    reply: { status: null },
    openStream(actor) {
      if (via !== 'http') throw new AppError('method_not_allowed')
      if (isAmbient(credential)) assertOwnReader(options, peer, request)
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

/** One for all requests: `abort` without a reason makes an exception with a stack, of each request that ends. */
const closed = new DOMException('The response was closed.', 'AbortError')

function endOf(response: ServerResponse): AbortSignal {
  const ended = new AbortController()
  response.once('close', () => ended.abort(closed))
  return ended.signal
}
