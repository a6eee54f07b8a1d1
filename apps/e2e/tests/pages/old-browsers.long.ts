import { type NewerApi, newerApis } from '@deskbell/testkit/newer-apis'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { chatRow, composer, messages, openAccountMenu, signInByForm, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** Runs in the page before its scripts: deletes the APIs that a supported browser may lack. */
function removeApis(apis: readonly NewerApi[]): void {
  for (const { owner, member } of apis) {
    const global: unknown = Reflect.get(globalThis, owner)
    if (member === null) Reflect.deleteProperty(globalThis, owner)
    else if ((typeof global === 'object' || typeof global === 'function') && global !== null) {
      Reflect.deleteProperty(global, member)
      const prototype: unknown = Reflect.get(global, 'prototype')
      if (typeof prototype === 'object' && prototype !== null) Reflect.deleteProperty(prototype, member)
    }
  }
}

describe.skipIf(!tools.chromium)('a browser with only the APIs that all supported browsers have', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(async () => await world?.[Symbol.asyncDispose]())

  async function oldBrowser(errors: string[]): Promise<BrowserContext> {
    const context = await world.newContext({ serviceWorkers: 'allow' })
    await context.addInitScript(removeApis, newerApis())
    // The oldest supported Firefox and Safari lack `field-sizing`, so a script sets the height of the composer.
    await context.route(/\.css$/, async (route) => {
      const response = await route.fetch()
      const css = await response.text()
      await route.fulfill({ response, body: css.replaceAll(/field-sizing:\s*content/g, 'field-sizing:unheard-of') })
    })
    context.on('weberror', (error) => void errors.push(String(error.error())))
    return context
  }

  test('[WEB-70] a client and an operator sign in, talk, write offline, reload and close the chat without an error', async () => {
    const errors: string[] = []
    const [hers, his] = [await oldBrowser(errors), await oldBrowser(errors)]
    const client = await signInByForm(await hers.newPage(), {
      url: world.url,
      person: { email: 'old@example.com', name: 'Olga Old' },
      role: 'client',
    })
    const missing = await client.evaluate(() => [
      'parse' in URL,
      'withResolvers' in Promise,
      'any' in AbortSignal,
      'groupBy' in Object,
      'union' in Set.prototype,
    ])
    expect(missing).toEqual([false, false, false, false, false])
    await growsWithItsText(client)
    await write(client, 'See https://example.com/help and o@example.com')
    await messages(client, 'See https').getByRole('link').first().waitFor()
    const operator = await signInByForm(await his.newPage(), {
      url: world.url,
      person: { email: 'desk@example.com', name: 'Otto Old' },
      role: 'operator',
    })
    await chatRow(operator, 'Olga Old').click()
    await messages(operator, 'See https').waitFor()
    await write(operator, 'Good day')
    await messages(client, 'Good day').waitFor()
    await hers.setOffline(true)
    await write(client, 'Written without a line')
    await hers.setOffline(false)
    await messages(operator, 'Written without a line').waitFor()
    await client.reload()
    await messages(client, 'Written without a line').waitFor()
    await openAccountMenu(client)
    await client.getByRole('button', { name: 'Sign out' }).waitFor()
    await client.keyboard.press('Escape')
    await operator.getByRole('button', { name: 'Close Chat' }).click()
    await client
      .getByText(/closed/i)
      .first()
      .waitFor()
    await composer(operator).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })
})

async function growsWithItsText(page: Page): Promise<void> {
  const field = composer(page)
  const isHigh = (within: (px: number) => boolean) =>
    eventually(() => field.evaluate((box) => box.clientHeight), within)
  await page.getByText('How can we help?').waitFor()
  expect(await field.evaluate((box) => getComputedStyle(box).getPropertyValue('field-sizing'))).toBe('fixed')
  const one = await isHigh((px) => px > 0)
  await field.fill('1\n2\n3\n4')
  await isHigh((px) => px > one * 2)
  await field.fill(`${'long '.repeat(2_000)}end`)
  await isHigh((px) => px > one * 4 && px <= 200)
  await field.fill('')
  await isHigh((px) => px === one)
}
