import { importCode } from '@deskbell/sdk'

/** The pages load their own parts as the SDK does. */
export const importPart = importCode

const longestMs = 2_000
const shortMs = 200

/** Calls `work` when the page's main thread is idle. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: longestMs })
  // Safari has no idle callbacks.
  else setTimeout(work, shortMs)
}
