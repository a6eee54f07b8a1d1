import { freshDatabase } from '@deskbell/testkit/database/fresh-database'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { onTestFinished, TestRunner } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type RunningServer, type ServerOptions, startServer } from './start-server.ts'

/** A real server and a real browser for the tests of one file. */
export type World = AsyncDisposable & {
  readonly server: RunningServer
  readonly browser: Browser
  readonly url: string
  /** Of the server. Null where it has a PostgreSQL of its own. */
  readonly databaseUrl: string | null
  /**
   * Opens a browser context, which has its own cookies. Default: English, in a desktop window. A context of a test is
   * closed with it, because an open page renders whatever the later tests do.
   */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>
}

const person: BrowserContextOptions = {
  locale: 'en-GB',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
  // Installing the service worker takes as long as showing a page, so only tests that use it allow it.
  serviceWorkers: 'block',
}

/** An action that takes longer than this has failed, also on a busy machine. */
const actionTimeoutMs = 30_000

export type WorldOptions = ServerOptions & {
  /** The server starts PostgreSQL in its data folder, as with `npm start`. Default: a new database of the test run. */
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
    databaseUrl: database?.connectionString ?? null,
    newContext: async (given) => {
      const context = await browser.newContext({ ...person, ...given })
      context.setDefaultTimeout(actionTimeoutMs)
      if (TestRunner.getCurrentTest()) onTestFinished(() => context.close())
      return context
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await server[Symbol.asyncDispose]()
      await database?.drop()
    },
  }
}
