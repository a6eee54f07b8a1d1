import type { Page } from 'playwright-core'

export type PageWatch = {
  /** The console output, and every uncaught error. */
  readonly printed: string[]
  /** Method and path of each HTTP request to `/api` or `/trpc`. */
  readonly calls: string[]
  /** The frames that the page sent over its sockets. */
  readonly framesSent: string[]
}

/** Records what a page prints and sends from now on. Call it before the page is opened to record everything. */
export function watchPage(page: Page): PageWatch {
  const watch: PageWatch = { printed: [], calls: [], framesSent: [] }
  page.on('console', (line) => watch.printed.push(`${line.type()}: ${line.text()}`))
  page.on('pageerror', (error) => watch.printed.push(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (/^\/(api|trpc)\b/.test(pathname)) watch.calls.push(`${request.method()} ${pathname}`)
  })
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => watch.framesSent.push(String(payload)))
  })
  return watch
}
