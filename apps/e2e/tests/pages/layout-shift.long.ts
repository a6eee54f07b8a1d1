import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composer, messages, signInAsClient, signInAsOperator } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('layout shifts while pages load', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
    const program = await signInByRest(world.url, { email: 'still@example.com', name: 'Still', role: 'client' })
    const chatId = await program.createChat()
    await program.sendAll(
      chatId,
      Array.from(
        { length: 60 },
        (_, place) => `message ${place + 1} ${'with many more words in it '.repeat(place % 7)}`,
      ),
    )
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** Opens a page without a cache that records its layout shifts. */
  async function firstVisit(options: BrowserContextOptions): Promise<Page> {
    const context = await world.newContext(options)
    await context.addInitScript(countShifts)
    return await context.newPage()
  }

  test.each([
    { screen: 'desktop', viewport: { width: 1280, height: 800 } },
    { screen: 'phone', viewport: { width: 390, height: 844 } },
  ])('[WEB-36] on a $screen the layout shift score of each page is below 0.01', async ({ viewport }) => {
    const context = await world.newContext({ viewport })
    const client = await signInAsClient(context, world.url, { email: 'still@example.com', name: 'Still' })
    const operator = await signInAsOperator(context, world.url, { email: 'olga@example.com', name: 'Olga' })
    await operator.getByRole('listitem').getByRole('link', { name: 'Still' }).click()
    await messages(operator, 'message 60').waitFor()
    const page = await firstVisit({ viewport })
    for (const path of ['/', '/login', '/login-operator']) {
      await page.goto(`${world.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      expect(await shiftOf(page), path).toBeLessThan(shiftMost)
    }
    for (const url of [client.url(), operator.url()]) {
      const chat = await firstVisit({ viewport, storageState: await context.storageState() })
      await chat.goto(url)
      await messages(chat, 'message 60').waitFor()
      await composer(chat).waitFor()
      // Lower, because the font arrives long before the first message.
      expect(await shiftOf(chat), url).toBeLessThan(shiftMost / 5)
    }
  })
})

/** A tenth of the score of a good page. A font that arrives late on a slow machine stays below it. */
const shiftMost = 0.01

declare global {
  var shifts: number[]
}

/** Runs in the page. */
function countShifts(): void {
  globalThis.shifts = []
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if ('value' in entry && typeof entry.value === 'number') globalThis.shifts.push(entry.value)
    }
  })
  observer.observe({ type: 'layout-shift', buffered: true })
}

/** Returns the sum of the layout shifts, after everything is loaded and drawn. */
async function shiftOf(page: Page): Promise<number> {
  await page.waitForLoadState('networkidle')
  return await page.evaluate(async () => {
    await document.fonts.ready
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))
    return globalThis.shifts.reduce((sum, each) => sum + each, 0)
  })
}
