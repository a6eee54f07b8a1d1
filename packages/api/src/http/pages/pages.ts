import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '@deskbell/contract/users'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Addresses, roleAt, urlOf } from '../../addresses.ts'
import { peerOf } from '../security/peer.ts'
import { pagePolicy, reportingHeaders, workerPolicy } from '../security/security-headers.ts'
import { acceptedEncoding } from './accepted-encoding.ts'
import { canonicalPage } from './canonical-page.ts'
import type { IndexPage } from './index-page.ts'

export type PagesOptions = Addresses & {
  pagesDir: string
  index: PageOfHost
  trustProxy: boolean
  authMode: 'open' | 'secure'
}

/** Returns the HTML file for the host of a request. */
export type PageOfHost = (host: string) => IndexPage

/** The paths of the web app, and whose they are. The browser decides what a path shows. Some have their own HTML file. */
const pagePaths = { '/': 'client', '/login': 'client', '/login-operator': 'operator', '/chats/:userId': null } as const
/** In open mode nobody has an account. */
const accountPaths = {
  '/setup': 'operator',
  '/invitation': 'operator',
  '/reset': 'operator',
  '/settings': 'operator',
  '/settings/:section': 'operator',
} as const

/**
 * Serves the built files and the pages. `/login` is `login.html`, and `login.secure.html` in secure mode; a path without a
 * file of its own is the index page.
 */
export async function servePages(
  app: FastifyInstance,
  options: PagesOptions,
  readPage: (name: string) => Promise<PageOfHost>,
): Promise<void> {
  await app.register(fastifyStatic, {
    root: options.pagesDir,
    // Creates one route for each existing file, so that no other file can be read.
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    globIgnore: ['**/*.html', '**/*.br', '**/*.gz'],
    setHeaders: (response, path) => {
      response.header(
        'cache-control',
        isHashed(path, options.pagesDir) ? 'public, max-age=31536000, immutable' : 'no-cache',
      )
      // A service worker fetches under its own policy. This one must fetch the shell of the pages.
      if (path.startsWith(join(options.pagesDir, 'sw.js'))) response.header('content-security-policy', workerPolicy)
    },
  })
  const { authMode } = options
  for (const [path, role] of Object.entries({ ...pagePaths, ...(authMode === 'secure' && accountPaths) })) {
    const name = htmlFileOf(options, path.slice(1))
    const index = name === undefined ? options.index : await readPage(name)
    app.get(path, (request, reply) => {
      if (isNonCanonicalPage(request)) return sendCanonical(request, reply)
      const elsewhere = role === null ? null : elsewhereOf(options, { role, request })
      if (elsewhere !== null) return reply.header('cache-control', 'no-cache').redirect(elsewhere, 307)
      return sendPage(request, reply, { ...options, index, status: 200 })
    })
  }
}

/** Returns where a page of this role is, when the host of the request is that of the other; null when it is here. */
function elsewhereOf(
  addresses: PagesOptions,
  { role, request }: { role: Role; request: FastifyRequest },
): string | null {
  const { host } = peerOf(request.raw, addresses.trustProxy)
  const here = roleAt(addresses, host)
  if (here === null || here === role) return null
  // Whoever opens the address of the console wants the console.
  return here === 'operator' && request.url === '/'
    ? '/login-operator'
    : new URL(request.url, urlOf(addresses, role)).href
}

export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PagesOptions & { status: 200 | 404 },
): FastifyReply {
  const peer = peerOf(request.raw, page.trustProxy)
  const { status } = page
  const index = page.index(peer.host)
  const encoding = acceptedEncoding(request.headers['accept-encoding'])
  reply.headers({
    'content-security-policy': pagePolicy(peer, index.scriptHashes),
    ...reportingHeaders,
    'cache-control': 'no-cache',
    vary: 'accept-encoding',
  })
  if (status === 200) {
    reply.header('etag', index.etag)
    if (request.headers['if-none-match'] === index.etag) return reply.code(304).send()
  }
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.code(status).type('text/html; charset=utf-8').send(index.bodies[encoding])
}

export function isNonCanonicalPage({ method, url }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && canonicalPage(url) !== null
}

/** Redirects to the canonical path of a page, and keeps the query. */
export function sendCanonical(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'no-cache').redirect(canonicalPage(request.url) ?? '/', 308)
}

/** Reports whether a request is a navigation that should get a page: not for a file, and not from an API client. */
export function wantsPage(request: FastifyRequest): boolean {
  const { method, headers, url } = request
  const [pathname = ''] = url.split('?', 1)
  const accept = headers.accept ?? '*/*'
  const isFile = pathname.split('/').at(-1)?.includes('.') ?? false
  return (
    (method === 'GET' || method === 'HEAD') &&
    !isFile &&
    /text\/html|\*\/\*/.test(accept) &&
    !pathname.startsWith('/trpc/')
  )
}

/** Returns the prerendered HTML file of a page, that of the mode if it has one; undefined if it has none. */
export function htmlFileOf(
  { pagesDir, authMode }: Pick<PagesOptions, 'pagesDir' | 'authMode'>,
  page: string,
): string | undefined {
  return [`${page}.${authMode}.html`, `${page}.html`].find((name) => existsSync(join(pagesDir, name)))
}

/** The bundler writes all files with a hash in their name into one directory. */
function isHashed(path: string, pagesDir: string): boolean {
  return path.startsWith(join(pagesDir, 'assets/'))
}
