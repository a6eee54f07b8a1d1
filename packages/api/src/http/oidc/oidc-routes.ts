import type { IncomingMessage } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import { oidcSignInMs } from '@deskbell/contract/limits'
import { toAppError } from '@deskbell/core/app-error'
import { confirmOidcLink } from '@deskbell/core/auth/oidc/confirm-oidc-link'
import { beginOidcSignIn, finishOidcSignIn, type OidcRefusal } from '@deskbell/core/auth/oidc/oidc-sign-in'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assertRoleAt } from '../../addresses.ts'
import { reportFailure } from '../../failure-report.ts'
import type { HttpOptions } from '../http-options.ts'
import type { ContextOf } from '../rest-mount.ts'
import { readCookie } from '../security/credential.ts'
import { peerOf } from '../security/peer.ts'
import type { RateLimits } from '../security/rate-limits.ts'
import { isHttps } from '../security/security-headers.ts'
import { briefCookieHeader, sessionCookieHeaders } from '../security/session-cookies.ts'

/** Where the provider sends the browser back to. */
export const oidcCallbackPath = '/auth/oidc/callback'

/** In the query of the sign-in page, as `?sso=`. `confirm`: sign in as ever, and then confirm. */
type Reason = OidcRefusal | 'confirm' | 'rate_limited'

type OidcOptions = Pick<HttpOptions, 'core' | 'publicUrl' | 'consoleUrl' | 'trustProxy'>
type Parts = { limits: RateLimits; contextOf: ContextOf }

/**
 * Serves the sign-in at an identity provider, where there is one. Browsers go through `start` and `callback`; whatever is
 * wrong leads to the sign-in page with a reason. The page calls `link` when the owner of an account has signed in.
 */
export function mountOidc(app: FastifyInstance, options: OidcOptions, { limits, contextOf }: Parts): void {
  const { core } = options
  if (core.oidc === null || core.authMode === 'open') return

  const navigation = (path: string, answer: (exchange: Exchange) => Promise<FastifyReply>) =>
    // A `HEAD` would begin a sign-in, or use one up.
    app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
      const exchange = exchangeOf(options, request, reply)
      try {
        limits.take('signIn', exchange.address)
        assertRoleAt(options, exchange.host, 'operator')
        return await answer(exchange)
      } catch (cause) {
        const error = toAppError(cause)
        reportFailure({ ctx: { core, requestId: request.id }, path }, error)
        return refuse(reply, reasonOf(error))
      }
    })

  navigation('/auth/oidc/start', async ({ reply, secure }) => {
    const { url, token } = await beginOidcSignIn(core)
    reply.header('set-cookie', briefCookieHeader(cookieName('sign-in', secure), { token, secure, ms: oidcSignInMs }))
    return redirect(reply, url)
  })

  navigation(oidcCallbackPath, async ({ request, reply, secure, address }) => {
    const name = cookieName('sign-in', secure)
    const token = readCookie(request.headers.cookie, name) ?? ''
    const outcome = await finishOidcSignIn(core, { query: queryOf(request), token, address })
    // Another tab may have begun a later sign-in in this browser, which goes on.
    if (outcome.is === 'refused' && outcome.reason === 'expired') return refuse(reply, 'expired')
    reply.header('set-cookie', briefCookieHeader(name, { token: '', secure, ms: 0 }))
    if (outcome.is === 'refused') return refuse(reply, outcome.reason)
    if (outcome.is === 'unconfirmed') {
      const link = { token: outcome.token, secure, ms: oidcSignInMs }
      reply.header('set-cookie', briefCookieHeader(cookieName('link', secure), link))
      return refuse(reply, 'confirm')
    }
    for (const cookie of sessionCookieHeaders(outcome.login, secure)) reply.header('set-cookie', cookie)
    return redirect(reply, `/chats/${outcome.login.user.id}`)
  })

  app.post('/auth/oidc/link', async (request, reply) => {
    const context = contextOf(request, reply, 'http')
    await context.limit('change', async () => 1)
    const actor = await context.authenticate()
    if (actor === null) throw new AppError('unauthenticated')
    const { secure, address } = exchangeOf(options, request, reply)
    const name = cookieName('link', secure)
    const token = readCookie(request.headers.cookie, name) ?? ''
    await confirmOidcLink(core, actor, { token, address })
    reply.header('set-cookie', briefCookieHeader(name, { token: '', secure, ms: 0 }))
    return reply.code(204).header('cache-control', 'no-store').send()
  })
}

type Exchange = { request: IncomingMessage; reply: FastifyReply; address: string; host: string; secure: boolean }

function exchangeOf({ trustProxy, publicUrl }: OidcOptions, { raw }: FastifyRequest, reply: FastifyReply): Exchange {
  const peer = peerOf(raw, trustProxy)
  return { request: raw, reply, address: peer.address, host: peer.host, secure: isHttps(peer, publicUrl) }
}

/** Over HTTPS no other subdomain can set a cookie of this name. */
function cookieName(of: 'sign-in' | 'link', secure: boolean): string {
  return `${secure ? '__Host-' : ''}deskbell_oidc_${of === 'link' ? 'link' : 'sign_in'}`
}

function queryOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}

function reasonOf({ code }: AppError): Reason {
  return code === 'rate_limited' || code === 'unavailable' ? code : 'failed'
}

/** Says the reason and nothing more: what the provider said is in the log. */
function refuse(reply: FastifyReply, reason: Reason): FastifyReply {
  return redirect(reply, `/login-operator?sso=${reason}`)
}

function redirect(reply: FastifyReply, to: string): FastifyReply {
  return reply.header('cache-control', 'no-store').redirect(to, 303)
}
