import { freshDatabase } from '@deskbell/testkit/fresh-database'
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
  // To store the shell costs a new browser as much as to show a page; the files that are about it allow it.
  serviceWorkers: 'block',
}

/** A page that needs longer than this is broken, also on a machine with other work. */
const actionTimeoutMs = 30_000

export type WorldOptions = ServerOptions & {
  /** The server has a PostgreSQL of its own in its data folder, as `npm start` gives it one. */
  ownDatabase?: boolean
}

export async function createWorld({ ownDatabase = false, ...options }: WorldOptions = {}): Promise<World> {
  const database = ownDatabase ? null : await freshDatabase({ poolMax: 1 })
  const env = { ...(database !== null && { DATABASE_URL: database.connectionString }), ...options.env }
  const [server, browser] = await Promise.all([startServer({ ...options, env }), launchBrowser()])
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
      await database?.drop()
    },
  }
}
