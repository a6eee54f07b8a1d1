import { accessSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chromium-headless-shell'].map(
  (name) => `/usr/bin/${name}`,
)

/** The Chromium that the tests use too, or null where there is none. */
export function findChromium(): string | null {
  return process.env['DESKBELL_CHROMIUM'] ?? places.find(isThere) ?? null
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  // As in the end-to-end tests: containers seldom allow the sandbox or a large /dev/shm.
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] })
}

function isThere(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}
