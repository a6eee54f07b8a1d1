import { existsSync } from 'node:fs'
import { tools } from './tools.ts'

/** Runs once before the end-to-end tests. It builds and installs nothing, and only reports what is missing. */
export default function setup(): void {
  if (!existsSync(new URL('../../web/dist/index.html', import.meta.url))) {
    throw new Error('The pages are not built: run "npm run build" first, or "npm run test:e2e".')
  }
  const missing = Object.entries(tools).flatMap(([name, path]) => (path ? [] : [name]))
  if (missing.length === 0) return
  console.warn(`Missing for the end-to-end tests: ${missing.join(', ')}. The tests that need it are skipped.`)
}
