import type { Page } from 'playwright-core'

export type PageWatch = {
  /** Everything the console printed, and every uncaught error. */
  readonly printed: string[]
  /** Method and path of each HTTP request to the server's procedures. */
  readonly calls: string[]
  /** Frames that went out through the socket. */
  readonly framesSent: string[]
}

/** Writes down what a page prints and asks for. Call it before the page is opened. */
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
