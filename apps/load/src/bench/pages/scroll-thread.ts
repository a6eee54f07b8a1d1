import type { Page } from 'playwright-core'
import type { LongTasks } from './page-probe.ts'

export type Scroll = {
  seconds: number
  frames: number
  /** Frames that a screen of 60 Hz would have missed. */
  dropped: number
  longTasks: LongTasks
  /** The most messages that stood in the document. */
  rowsMost: number
}

/** As somebody turns a wheel who looks for something, in pixels a second. */
export const wheelSpeed = 4_000

const patienceMs = 900_000

/** Turns the wheel over the thread, upwards, or downwards by a negative distance, and tells how the page bore it. */
export async function turnWheel(page: Page, distancePx: number): Promise<Scroll> {
  const box = await thread(page).boundingBox()
  if (box === null) throw new Error('There is no thread in the page.')
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const how = { speed: wheelSpeed, gestureSourceType: 'mouse', preventFling: true } as const
  const browser = await page.context().newCDPSession(page)
  const scroll = await watched(page, async () => {
    await browser.send('Input.synthesizeScrollGesture', { ...middle, ...how, yDistance: distancePx })
  })
  await browser.detach()
  return scroll
}

/** Holds the handle of the scroll bar at its upper end until the first message of all is there. */
export async function dragToStart(page: Page): Promise<Scroll> {
  return await watched(page, async () => {
    await thread(page).evaluate(async (box, untilMs) => {
      while (box.querySelector('[data-seq="1"]') === null) {
        if (performance.now() > untilMs) throw new Error('The first message was not reached.')
        box.scrollTop = 0
        await new Promise(requestAnimationFrame)
      }
    }, patienceMs)
  })
}

const thread = (page: Page) => page.getByRole('region', { name: /^Messages/ })

async function watched(page: Page, scroll: () => Promise<void>): Promise<Scroll> {
  await page.evaluate(startFrames)
  const begun = performance.now()
  await scroll()
  const seconds = (performance.now() - begun) / 1_000
  return { seconds, ...(await page.evaluate(readFrames)) }
}

/** Runs in the page: from now on every frame is written down. */
function startFrames(): void {
  const probe = globalThis.pageProbe
  Object.assign(probe, { frames: [], longTasks: [], rowsMost: 0 })
  const frame = (now: number) => {
    if (probe.frames.at(-1) === now) return
    probe.frames.push(now)
    if (probe.frames.length % 10 === 0)
      probe.rowsMost = Math.max(probe.rowsMost, document.querySelectorAll('article').length)
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
}

/** Runs in the page. */
function readFrames(): Omit<Scroll, 'seconds'> {
  const { frames, longTasks, rowsMost } = globalThis.pageProbe
  const screenMs = 1_000 / 60
  const gaps = frames.slice(1).map((at, index) => at - (frames[index] ?? at))
  const durations = longTasks.map(({ durationMs }) => durationMs)
  return {
    frames: frames.length,
    dropped: gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / screenMs) - 1), 0),
    longTasks: {
      count: durations.length,
      sumMs: durations.reduce((sum, each) => sum + each, 0),
      longestMs: Math.max(0, ...durations),
    },
    rowsMost,
  }
}
