import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, messages, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const dayMs = 86_400_000

describe.skipIf(!tools.chromium)('languages and dates', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-37] pages are in English for a browser that reports odd languages, and in Russian for `ru_RU`', async () => {
    const context = await world.newContext()
    await context.addInitScript(() => {
      const odd = ['', 'C', '*', 7, null, 'en-US@posix']
      Object.defineProperty(navigator, 'languages', { get: () => odd })
    })
    const client = await signInAsClient(context, world.url, { email: 'posix@example.com', name: 'Posix' })
    await write(client, 'hello')
    await messages(client, 'hello').waitFor()
    await expect.poll(() => client.locator('html').getAttribute('lang')).toBe('en')

    const russian = await world.newContext()
    await russian.addInitScript(() => Object.defineProperty(navigator, 'languages', { get: () => ['ru_RU', 'en'] }))
    const page = await russian.newPage()
    await page.goto(`${world.url}/login`)
    await page.locator('html[lang=ru]').waitFor()
  })

  test('[WEB-38] a page that stays open past midnight shows "Yesterday" in the chat and a date in the list, and a year later the year', async () => {
    const client = await signInAsClient(await world.newContext(), world.url, {
      email: 'midnight@example.com',
      name: 'Midnight',
    })
    await write(client, 'before midnight')
    const context = await world.newContext()
    const operator = await signInAsOperator(context, world.url, { email: 'op@example.com', name: 'Op' })
    const row = chatRow(operator, 'Midnight')
    await row.click()
    await messages(operator, 'before midnight').waitFor()
    const day = operator.getByRole('heading', { level: 2 }).locator('time')
    await expect.poll(() => day.textContent()).toBe('Today')
    // After an answer the row shows the time of the last message instead of how long the client has waited.
    await write(operator, 'an answer')
    await row.filter({ hasText: 'Reply:' }).waitFor()
    await expect.poll(() => row.locator('time').textContent()).toMatch(/\d:\d\d/)

    const back = () => operator.evaluate(() => window.dispatchEvent(new Event('focus')))
    await operator.clock.setFixedTime(Date.now() + dayMs)
    await back()
    await operator.getByRole('heading', { name: 'Yesterday' }).waitFor()
    await expect.poll(() => row.locator('time').textContent()).not.toContain(':')
    await operator.clock.setFixedTime(Date.now() + 366 * dayMs)
    await back()
    await operator.getByRole('heading', { name: String(new Date().getFullYear()) }).waitFor()
    await expect.poll(() => row.locator('time').textContent()).toContain(String(new Date().getFullYear()))
  })

  test('[WEB-38] the day separator has the date of the reader’s time zone', async () => {
    const context = await world.newContext({ timezoneId: 'Pacific/Kiritimati' })
    const client = await signInAsClient(context, world.url, { email: 'far@example.com', name: 'Far' })
    await write(client, 'far east')
    await messages(client, 'far east').waitFor()
    const there = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Pacific/Kiritimati' })
    const day = client.getByRole('heading', { name: 'Today' }).locator('time')
    await expect.poll(() => day.getAttribute('datetime')).toBe(there.format(new Date()))
  })
})
