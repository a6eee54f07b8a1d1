/// <reference lib="dom" />
import type { BrowserContext, Page } from 'playwright-core'

/** What a page writes down about itself from its first script on. Times count from the start of the navigation. */
type PageProbe = {
  /** The place to write was there and took input. */
  usableAtMs: number | null
  longTasks: { atMs: number; durationMs: number }[]
  layoutShift: number
  /** When frames were made, while somebody wants to know. */
  frames: number[]
  /** The most messages that stood in the document meanwhile. */
  rowsMost: number
}

declare global {
  var pageProbe: PageProbe
}

/** How long nothing may keep the page's thread until it counts as quiet. */
const quietMs = 1_000

/** Every page of this context watches itself. */
export async function watchPages(context: BrowserContext, placeToWrite: string): Promise<void> {
  await context.addInitScript(watch, placeToWrite)
}

/** Runs in the page, so it may use nothing from outside of itself. */
function watch(placeToWrite: string): void {
  const probe: PageProbe = { usableAtMs: null, longTasks: [], layoutShift: 0, frames: [], rowsMost: 0 }
  globalThis.pageProbe = probe
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries())
      probe.longTasks.push({ atMs: startTime, durationMs: duration })
  }).observe({ type: 'longtask', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if ('value' in entry && typeof entry.value === 'number') probe.layoutShift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  const check = () => {
    const place = document.querySelector(placeToWrite)
    if (place?.matches(':enabled')) probe.usableAtMs = performance.now()
    else requestAnimationFrame(check)
  }
  requestAnimationFrame(check)
}

export type Load = {
  interactiveMs: number
  longTasks: LongTasks
  layoutShift: number
  /** Compressed, of files that had come when the page could be used, and of those that came later. */
  scriptBytes: number
  laterScriptBytes: number
}

export type LongTasks = { count: number; sumMs: number; longestMs: number }

/**
 * Waits until the page can be used and its thread has been quiet for a while.
 * Interactive is the later one of two moments: the place to write takes input, and the last long task has ended.
 */
export async function readLoad(page: Page): Promise<Load> {
  await page.waitForFunction((quiet) => {
    const { usableAtMs, longTasks } = globalThis.pageProbe
    const last = longTasks.at(-1)
    return (
      usableAtMs !== null && performance.now() > Math.max(usableAtMs, last ? last.atMs + last.durationMs : 0) + quiet
    )
  }, quietMs)
  return await page.evaluate(() => {
    const { usableAtMs, longTasks, layoutShift } = globalThis.pageProbe
    const durations = longTasks.map(({ durationMs }) => durationMs)
    const interactiveMs = Math.max(usableAtMs ?? 0, ...longTasks.map(({ atMs, durationMs }) => atMs + durationMs))
    const scripts = performance.getEntriesByType('resource').flatMap((entry) => {
      const isScript = entry instanceof PerformanceResourceTiming && new URL(entry.name).pathname.endsWith('.js')
      return isScript ? [{ bytes: entry.encodedBodySize, early: entry.responseEnd <= (usableAtMs ?? 0) }] : []
    })
    const bytesOf = (early: boolean) => scripts.reduce((sum, each) => sum + (each.early === early ? each.bytes : 0), 0)
    return {
      interactiveMs,
      layoutShift,
      longTasks: {
        count: durations.length,
        sumMs: durations.reduce((sum, each) => sum + each, 0),
        longestMs: Math.max(0, ...durations),
      },
      scriptBytes: bytesOf(true),
      laterScriptBytes: bytesOf(false),
    }
  })
}
