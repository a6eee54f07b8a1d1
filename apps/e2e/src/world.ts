import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts'

/** One real server and one real browser for a file of stories. */
export type World = AsyncDisposable & {
  readonly server: RunningServer
  readonly browser: Browser
  readonly url: string
  /** A browser of its own cookies, in English, with a desktop window unless told otherwise. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
}

const person: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
}

/** A page that needs longer than this is broken. */
const actionTimeoutMs = 10_000

export async function createWorld(options: ServerOptions = {}): Promise<World> {
  const [server, browser] = await Promise.all([startServer(options), launchBrowser()])
  return {
    server,
    browser,
    url: server.url,
    newContext: async (given) => {
      const context = await browser.newContext({ ...person, ...given })
      context.setDefaultTimeout(actionTimeoutMs)
      return context
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
