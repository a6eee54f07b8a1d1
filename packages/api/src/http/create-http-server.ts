import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import { addressConnectionsMax, signInPace } from '@deskbell/contract/limits'
import type { AuthMode } from '@deskbell/contract/users'
import { toAppError } from '@deskbell/core/app-error'
import type { Core } from '@deskbell/core/context'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { roleAt } from '../addresses.ts'
import { type DrainableConnection, drain } from '../live/drain.ts'
import { HttpStreams } from '../live/http-streams/http-streams.ts'
import { LiveServer } from '../live/live-server.ts'
import { defaultTimings, type LiveTimings } from '../live/live-timings.ts'
import { SessionWatch } from '../live/session-watch.ts'
import { upgradeTarget } from '../live/upgrade/upgrade-gate.ts'
import { sendProblem } from './errors/problem-reply.ts'
import { answerRaw } from './errors/raw-answer.ts'
import { mountAvatars } from './files/avatar-routes.ts'
import { mountFiles } from './files/file-routes.ts'
import { mountUploads } from './files/uploads.ts'
import { serveHealth } from './health.ts'
import type { HttpOptions, HttpServer } from './http-options.ts'
import { methodsAt } from './methods-at.ts'
import { mountOidc } from './oidc/oidc-routes.ts'
import { type PageValues, readIndexPage } from './pages/index-page.ts'
import {
  htmlFileOf,
  isNonCanonicalPage,
  type PageOfHost,
  type PagesOptions,
  sendCanonical,
  sendPage,
  servePages,
  wantsPage,
} from './pages/pages.ts'
import { createRequestContext } from './request-context.ts'
import { type Answer, type ContextOf, isRestPath, mountRest } from './rest-mount.ts'
import { AddressConnections } from './security/address-connections.ts'
import { serveCspReports } from './security/csp-reports.ts'
import { Pacer } from './security/pacer.ts'
import { createRateLimits, type RateLimits } from './security/rate-limits.ts'
import { fixedHeaders } from './security/security-headers.ts'
import { createShell } from './shell.ts'
import { mountTrpc } from './trpc-mount.ts'

/**
 * Connections that the kernel queues until the process accepts them. When more arrive at once, the kernel silently
 * drops some, and they retry after up to 15 seconds. So this is more than Node's 511.
 */
const backlog = 4_096

/** Creates the HTTP server with what the roles of this process need. It accepts connections only after `listen`. */
export async function createHttpServer(options: HttpOptions): Promise<HttpServer> {
  const limits = createRateLimits(options.rateLimits, options.rateClock ?? (() => performance.now()))
  const { connectionsPerAddress: max = addressConnectionsMax, trustProxy } = options
  const connections = new AddressConnections({ max, trustProxy })
  const app = createShell(options, connections)
  let leaving = false
  serveHealth(app, () => !leaving && options.ready())
  const timings = { ...defaultTimings, ...options.timings }
  const watch = new SessionWatch(options.core, timings.sessionPollMs)
  const streams = new HttpStreams({ watch, timings, presence: options.core.presence })
  const rest = options.roles.api ? mountApi(app, options, { limits, streams }) : null
  if (options.roles.pages) serveCspReports(app, options)
  const pages = options.roles.pages ? await mountPages(app, options) : null
  answerUnknown(app, rest, pages)
  const live = mountLive(app, options, { limits, timings, watch, connections })
  return {
    async listen(port, host) {
      await app.listen({ port, host, backlog })
      const address = app.server.address()
      return { port: address !== null && typeof address === 'object' ? address.port : port }
    },
    openSockets: () => live?.openSockets ?? 0,
    waitingUpgrades: () => live?.waitingUpgrades ?? 0,
    closingSockets: () => live?.closingSockets ?? 0,
    openStreams: () => streams.open,
    cutStreams: () => streams.cut(),
    waitingBytesMax() {
      return Math.max(0, ...[...openConnections(live, streams)].map((connection) => connection.waitingBytes()))
    },
    async drain() {
      leaving = true
      live?.refuse()
      streams.refuse()
      await drain(() => openConnections(live, streams), timings)
    },
    async close() {
      leaving = true
      watch.stop()
      live?.close()
      streams.refuse()
      streams.cut()
      await closeBounded(app)
    },
  }
}

function* openConnections(live: LiveServer | null, streams: HttpStreams): Generator<DrainableConnection> {
  if (live !== null) yield* live.connections()
  yield* streams.connections()
}

type ApiParts = { limits: RateLimits; streams: HttpStreams }

function mountApi(app: FastifyInstance, options: HttpOptions, parts: ApiParts): Answer {
  const signInPacer = options.authMode === 'secure' ? new Pacer(signInPace) : null
  const contextOptions = { ...options, ...parts, signInPacer }
  const contextOf: ContextOf = (request, reply, via) =>
    createRequestContext(contextOptions, { request: request.raw, response: reply.raw, requestId: request.id, via })
  mountTrpc(app, contextOf, parts.streams)
  mountOidc(app, options, { limits: parts.limits, contextOf })
  mountUploads(app, options.core, contextOf)
  mountFiles(app, options.core, contextOf)
  mountAvatars(app, options.core, contextOf)
  return mountRest(app, contextOf)
}

async function mountPages(app: FastifyInstance, options: HttpOptions): Promise<PagesOptions | null> {
  const { core, pagesDir, authMode, trustProxy, publicUrl, consoleUrl } = options
  if (pagesDir === null) return null
  const values = pageValues(core, authMode)
  const readPage = async (name?: string): Promise<PageOfHost> => {
    const page = (more: PageValues = {}) => readIndexPage(pagesDir, { ...values, ...more }, name)
    if (consoleUrl === undefined || publicUrl === undefined) {
      const one = await page()
      return () => one
    }
    const [ofClients, ofConsole] = [
      await page({ 'only-role': 'client', 'other-origin': consoleUrl }),
      await page({ 'only-role': 'operator', 'other-origin': publicUrl }),
    ]
    return (host) => (roleAt(options, host) === 'operator' ? ofConsole : ofClients)
  }
  const index = await readPage(htmlFileOf({ pagesDir, authMode }, 'index'))
  const pages = { pagesDir, index, trustProxy, authMode, publicUrl, consoleUrl }
  await servePages(app, pages, readPage)
  return pages
}

function pageValues({ closedChat, mails, oidc, passwordsOff }: Core, authMode: AuthMode): PageValues {
  return {
    'auth-mode': authMode,
    'closed-chat': closedChat,
    ...(authMode === 'secure' && oidc !== null && { 'oidc-name': oidc.name }),
    ...(authMode === 'secure' && passwordsOff && { passwords: 'off' }),
    ...(authMode === 'secure' && mails !== null && { mail: 'on' }),
  }
}

/**
 * Answers requests that Fastify has no route for, before it reads the body: an unknown path is 404 whatever its body.
 * Fastify routes only some methods, so requests with other methods arrive here. REST handles those to its own paths.
 */
function answerUnknown(app: FastifyInstance, rest: Answer | null, pages: PagesOptions | null): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.is404) return undefined
    if (rest !== null && isRestPath(request.url)) return rest(request, reply)
    const methods = methodsAt(app, request.url)
    if (methods.length > 0) return refuseMethod(reply, methods)
    if (pages !== null && isNonCanonicalPage(request)) return sendCanonical(request, reply)
    if (pages !== null && wantsPage(request)) return sendPage(request, reply, { ...pages, status: 404 })
    return sendProblem(reply, new AppError('not_found'))
  })
}

function refuseMethod(reply: FastifyReply, methods: string[]): FastifyReply {
  return sendProblem(reply.header('allow', methods.join(', ')), new AppError('method_not_allowed'))
}

type LiveParts = { limits: RateLimits; timings: LiveTimings; watch: SessionWatch; connections: AddressConnections }

function mountLive(app: FastifyInstance, options: HttpOptions, parts: LiveParts): LiveServer | null {
  if (!options.roles.live) {
    const headers = fixedHeaders(options)
    app.server.on(
      'upgrade',
      (request, socket) => void answerRaw(socket, upgradeRefusal(request), { requestId: randomUUID(), headers }),
    )
    return null
  }
  const live = new LiveServer({ ...options, ...parts })
  app.server.on('upgrade', (request, socket, head) => void live.upgrade(request, socket, head))
  return live
}

/** The error for any upgrade where no socket is served: that of its form, else `not_found`. */
function upgradeRefusal(request: IncomingMessage): AppError {
  try {
    upgradeTarget(request)
    return new AppError('not_found')
  } catch (error) {
    return toAppError(error)
  }
}

const closeMs = 5_000

/** Lets running requests finish, and cuts them off after `closeMs`. */
async function closeBounded(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), closeMs)
  await app.close()
  clearTimeout(cut)
}
