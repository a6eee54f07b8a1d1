import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, composer, messages, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** Returns the accessibility tree without the times and ids, which differ in each run, and without announcements. */
async function readTree(page: Page): Promise<string> {
  const tree = await page.locator('body').ariaSnapshot()
  return `${tree
    .replaceAll(/\d{1,2}:\d{2}(?: [AP]M)?/g, 'TIME')
    .replaceAll(/\/chats\/\d+/g, '/chats/ID')
    .replaceAll(/chat=\d+/g, 'chat=ID')
    .replaceAll(/^( *)- status:\n\1 {2}- paragraph: .*$/gm, '$1- status')}\n`
}

describe.skipIf(!tools.chromium)('the accessibility tree of both chats pages', () => {
  let world: World
  let client: Page
  let operator: Page
  beforeAll(async () => {
    world = await createWorld()
    client = await signInAsClient(await world.newContext(), world.url, { email: 'ada@example.com', name: 'Ada' })
    await write(client, 'My parcel has not come.')
    await client.waitForURL(/\/chats\/\d+$/)
    operator = await signInAsOperator(await world.newContext(), world.url, { email: 'o@example.com', name: 'Olga' })
    await chatRow(operator, 'Ada').click()
    await messages(operator, 'My parcel').waitFor()
    await write(operator, 'It is on its way.')
    await messages(client, 'It is on its way.').waitFor()
    // It is loaded after the page.
    for (const page of [client, operator]) await page.getByRole('button', { name: 'Attach files' }).waitFor()
    await write(client, 'Thank you!')
    for (const page of [client, operator]) await messages(page, 'Thank you!').waitFor()
    await operator.bringToFront()
    await client.locator('article[data-state="read"]').filter({ hasText: 'Thank you!' }).waitFor()
    await client.bringToFront()
    await operator.locator('article[data-state="read"]').waitFor()
    await chatRow(operator, 'Ada').filter({ hasText: 'Thank you!' }).filter({ hasText: 'Online' }).waitFor()
    for (const page of [client, operator]) await page.getByText('is typing').waitFor({ state: 'detached' })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-90] the page of a client matches the committed tree, in reading order', async () => {
    await composer(client).focus()
    await expect(await readTree(client)).toMatchFileSnapshot('reading-order/client.txt')
  })

  test('[WEB-90] the console matches the committed tree, in reading order', async () => {
    await composer(operator).focus()
    await expect(await readTree(operator)).toMatchFileSnapshot('reading-order/console.txt')
  })
})
