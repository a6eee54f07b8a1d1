import { type Browser, chromium } from 'playwright-core'
import { tools } from './tools.ts'

/** A headless Chromium; close it after the tests. Guard the suite with `describe.skipIf(!tools.chromium)`. */
export async function launchBrowser(): Promise<Browser> {
  if (!tools.chromium) throw new Error('There is no Chromium: set DESKBELL_CHROMIUM to its path.')
  return await chromium.launch({
    executablePath: tools.chromium,
    // Containers seldom allow the sandbox or a large /dev/shm; the tests only open pages of ours.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
  })
}
