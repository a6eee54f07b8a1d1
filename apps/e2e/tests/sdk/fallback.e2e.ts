import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { chatRow, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { startNoUpgradeProxy } from '../../src/proxies/no-upgrade-proxy.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('behind a proxy that refuses WebSockets', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[SDK-15] a client and an operator chat over HTTP, and cut connections lose and repeat no message', async () => {
    await using proxy = await startNoUpgradeProxy(world.url)
    const context = await world.newContext()
    const client = await signInAsClient(context, proxy.url, { email: 'office@example.com', name: 'Office' })
    await write(client, 'first')
    await messages(client, 'first').waitFor()
    const person = { email: 'op-office@example.com', name: 'Op Office' }
    const operator = await signInAsOperator(await world.newContext(), proxy.url, person)
    await chatRow(operator, 'Office').click()
    await messages(operator, 'first').waitFor()
    await write(operator, 'good day')
    await messages(client, 'good day').waitFor()
    expect(proxy.refused()).toBeGreaterThan(0)
    proxy.cut()
    await write(client, 'after the cut')
    await write(operator, 'here too')
    for (const page of [client, operator]) {
      const shown = await eventually(
        () => shownTexts(page),
        (texts) => texts.length >= 4,
      )
      expect([...shown].sort()).toEqual(['after the cut', 'first', 'good day', 'here too'])
    }
    const second = await context.newPage()
    await second.goto(client.url())
    await messages(second, 'here too').waitFor()
    await expect.poll(() => shownTexts(second)).toEqual(await shownTexts(client))
  })
})
