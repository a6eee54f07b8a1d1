import { type Browser, type BrowserContext, chromium, type LaunchOptions } from 'playwright-core'
import { tools } from './tools.ts'

/** A headless Chromium; close it after the tests. Guard the suite with `describe.skipIf(!tools.chromium)`. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch(launchOptions())
}

/** One with a profile in `folder`, which is as it was when another is launched with the same one. */
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
    // Containers seldom allow the sandbox or a large /dev/shm; the tests only open pages of ours.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  }
}
