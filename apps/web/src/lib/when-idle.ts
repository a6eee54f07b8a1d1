const longestMs = 2_000
const shortMs = 200

/** Calls when the page's thread rests. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: longestMs })
  // Safari has no idle callbacks.
  else setTimeout(work, shortMs)
}
