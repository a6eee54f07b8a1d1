import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { tools } from './tools.ts'

/** Launches Chromium. Close it after the tests; guard the suite with `describe.skipIf(!tools.chromium)`. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch(launchOptions())
}

/** Launches Chromium with a profile in `folder`. A later launch with this folder finds what was stored. */
export async function launchProfile(folder: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(folder, {
    ...launchOptions(),
    serviceWorkers: 'allow',
    locale: 'en-GB',
  })
}

function launchOptions(): LaunchOptions {
  if (!tools.chromium) throw new Error('There is no Chromium: set DESKBELL_CHROMIUM to its path.')
  return {
    executablePath: tools.chromium,
    // Few containers allow the sandbox or a large /dev/shm. The tests open only pages of this product.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  }
}
