import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { peerOf } from '../security/peer.ts'
import { pagePolicy, reportingHeaders, workerPolicy } from '../security/security-headers.ts'
import { acceptedEncoding } from './accepted-encoding.ts'
import { canonicalPage } from './canonical-page.ts'
import type { IndexPage } from './index-page.ts'

export type PagesOptions = { pagesDir: string; index: IndexPage; trustProxy: boolean; authMode: 'open' | 'secure' }

/** The paths of the web app. The browser decides what a path shows. Some paths have their own HTML file. */
const pagePaths = ['/', '/login', '/login-operator', '/chats/:userId']
/** In open mode nobody has an account. */
const accountPaths = ['/setup', '/invitation', '/reset', '/settings', '/settings/:section']

/**
 * Serves the built files and the pages. `/login` is `login.html`, and `login.secure.html` in secure mode; a path without a
 * file of its own is the index page.
 */
export async function servePages(
  app: FastifyInstance,
  options: PagesOptions,
  readPage: (name: string) => Promise<IndexPage>,
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
  for (const path of authMode === 'secure' ? [...pagePaths, ...accountPaths] : pagePaths) {
    const name = htmlFileOf(options, path.slice(1))
    const index = name === undefined ? options.index : await readPage(name)
    app.get(path, (request, reply) =>
      isNonCanonicalPage(request)
        ? sendCanonical(request, reply)
        : sendPage(request, reply, { ...options, index, status: 200 }),
    )
  }
}

export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PagesOptions & { status: 200 | 404 },
): FastifyReply {
  const { index, status } = page
  const encoding = acceptedEncoding(request.headers['accept-encoding'])
  reply.headers({
    'content-security-policy': pagePolicy(peerOf(request.raw, page.trustProxy), index.scriptHashes),
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
