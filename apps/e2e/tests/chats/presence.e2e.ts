import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, composer, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('presence', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-29] [WEB-84] client and operator see whether the other is online, also in rows, and the operator when the client was last seen', async () => {
    const client = await signInAsClient(await world.newContext(), world.url, { email: 'ann@example.com', name: 'Ann' })
    await client.getByText('We’re offline.').waitFor()
    await write(client, 'Hello?')
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'oleg@example.com',
      name: 'Oleg',
    })
    await client.getByText('We’re online').waitFor()
    // Rows show it with forced colours too. Without a connection it is not known, so they show nothing.
    const row = chatRow(operator, 'Ann')
    const saysOnline = row.getByText('Online', { exact: true })
    await saysOnline.waitFor()
    await operator.emulateMedia({ forcedColors: 'active' })
    const dot = await row.locator('.presence-dot').evaluate((box) => {
      const { backgroundColor, borderTopColor } = getComputedStyle(box)
      return { backgroundColor, borderTopColor, edgePx: box.getBoundingClientRect().width }
    })
    expect(dot.edgePx).toBe(10)
    expect(dot.backgroundColor).not.toBe(dot.borderTopColor)
    await operator.emulateMedia({ forcedColors: null })
    await operator.context().setOffline(true)
    await saysOnline.waitFor({ state: 'detached' })
    await operator.context().setOffline(false)
    await saysOnline.waitFor()
    await row.click()
    await operator.locator('header').getByText('Online', { exact: true }).waitFor()
    await client.context().close()
    // A user without a connection counts as online until the grace period ends.
    await operator.locator('header').getByText('last seen').waitFor({ timeout: 60_000 })
    await saysOnline.waitFor({ state: 'detached' })
    await operator.context().close()
  })

  test('[WEB-29] a client who has never signed in is shown as "Never visited"', async () => {
    const operator = await signInByRest(world.url, { email: 'pia@example.com', name: 'Pia', role: 'operator' })
    const answer = await fetch(`${world.url}/api/chats`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operator.token}` },
      body: JSON.stringify({ email: 'new@example.com', name: 'Newcomer' }),
    })
    expect(answer.status).toBe(201)
    const page = await signInAsOperator(await world.newContext(), world.url, { email: 'pia@example.com', name: 'Pia' })
    await chatRow(page, 'Newcomer').click()
    await page.getByText('Never visited').waitFor()
    await page.context().close()
  })

  test('[WEB-32] a page says that messages cannot be saved if the browser has no storage, and only then', async () => {
    const context = await world.newContext()
    await context.addInitScript(() => {
      for (const name of ['indexedDB', 'localStorage']) Object.defineProperty(window, name, { value: undefined })
    })
    const page = await signInAsClient(context, world.url, { email: 'bea@example.com', name: 'Bea' })
    await page.getByText('This browser can’t save messages').waitFor()
    const other = await signInAsClient(await world.newContext(), world.url, { email: 'bea@example.com', name: 'Bea' })
    await composer(other).waitFor()
    await expect.poll(() => other.getByText('This browser can’t save messages').count()).toBe(0)
    await Promise.all([context.close(), other.context().close()])
  })
})
