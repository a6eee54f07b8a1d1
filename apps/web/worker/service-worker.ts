/// <reference lib="webworker" />

/**
 * Serves the pages without a connection: their HTML, which contains no data of users, and the files of the build. All
 * other requests, such as calls, streams and documents, go to the server unchanged.
 */

declare const self: ServiceWorkerGlobalScope
/** Set by the build. */
declare const deskbellVersion: string
declare const deskbellFiles: readonly string[]

/** All pages with a session share one HTML file. */
const chatsPage = '/chats/0'
const pages = ['/', '/login', '/login-operator', chatsPage]
/** How long the network may take to load a page before the cached one is shown. */
const headStartMs = 400

const cachePrefix = 'deskbell-'
const cacheName = `${cachePrefix}${deskbellVersion}`
const files = new Set(deskbellFiles)

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))
self.addEventListener('fetch', (event) => {
  const answer = answerFor(event.request)
  if (answer !== null) event.respondWith(answer)
})
// A new worker waits until a page of its own version, or the user, activates it.
self.addEventListener('message', (event) => {
  const { data } = event
  if (data?.do === 'activate' && (data.ifVersion === undefined || data.ifVersion === deskbellVersion))
    event.waitUntil(self.skipWaiting())
})

async function install(): Promise<void> {
  const cache = await caches.open(cacheName)
  await Promise.all([
    ...pages.map((path) => keepPage(cache, path)),
    ...deskbellFiles.map((path) => keepFile(cache, path)),
  ])
}

async function keepPage(cache: Cache, path: string): Promise<void> {
  const response = await fetch(path, { cache: 'no-store', headers: { accept: 'text/html' } })
  // While servers are replaced one by one, the worker and the page may come from different versions.
  if (!(await isOwnPage(response))) throw new Error(`${path} is not of this version.`)
  await cache.put(path, response)
}

async function keepFile(cache: Cache, path: string): Promise<void> {
  const known = path.startsWith('/assets/') ? await caches.match(path) : undefined
  if (known !== undefined) await cache.put(path, known)
  else await cache.add(path)
}

/** Pages of the previous version may still be open, so its cache stays until the next version is activated. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(cachePrefix) && name !== cacheName)
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)))
  await self.clients.claim()
}

/** Returns null for requests that the worker does not answer. */
function answerFor(request: Request): Promise<Response> | null {
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return null
  if (pathname.startsWith('/assets/') || files.has(pathname)) return fileFor(request, pathname)
  if (request.mode !== 'navigate') return null
  const page = /^\/(?:chats|settings)\/[^/]+$/.test(pathname) ? chatsPage : pathname
  return pages.includes(page) ? pageFor(request, page) : null
}

/**
 * Names in `/assets/` contain a hash of the content, so a cached file is as good as a new one. The few other files may
 * be those of the previous version.
 */
async function fileFor(request: Request, pathname: string): Promise<Response> {
  return (await caches.match(pathname, { ignoreVary: true })) ?? (await fetch(request))
}

/**
 * Returns the server's page, which may be of a newer version. If the server fails or is slow, returns the cached one.
 */
async function pageFor(request: Request, page: string): Promise<Response> {
  const kept = await caches.match(page, { cacheName, ignoreVary: true })
  const fromServer = fetch(request)
  if (kept === undefined) return await fromServer
  const response = await Promise.race([fromServer.catch(() => null), after(headStartMs)])
  return response === null || response.status >= 500 ? kept : response
}

async function isOwnPage(response: Response): Promise<boolean> {
  return response.ok && !response.redirected && (await response.clone().text()).includes(`content="${deskbellVersion}"`)
}

function after(ms: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms))
}
