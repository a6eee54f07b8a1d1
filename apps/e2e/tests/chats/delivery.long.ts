import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { holdDataConnection } from '../../src/data-connection.ts'
import { eventually } from '../../src/eventually.ts'
import { chatRow, composer, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const slow = { timeout: 30_000 }

describe.skipIf(!tools.chromium)('messages arrive once and in order', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const stored = (page: Page) =>
    page.locator('article:is([data-state="sent"], [data-state="delivered"], [data-state="read"])')

  async function clientWithChat(context: BrowserContext, name: string, url = world.url): Promise<Page> {
    const client = await signInAsClient(context, url, { email: `${name.toLowerCase()}@example.com`, name })
    await write(client, 'first')
    await stored(client).first().waitFor()
    return client
  }

  async function operatorAt(clientName: string): Promise<Page> {
    const person = { email: `op-${clientName.toLowerCase()}@example.com`, name: `Op ${clientName}` }
    const operator = await signInAsOperator(await world.newContext(), world.url, person)
    await chatRow(operator, clientName).click()
    await messages(operator, 'first').waitFor()
    return operator
  }

  test('[WEB-25] messages written offline survive a reload and a closed tab, and appear once and in order', async () => {
    const context = await world.newContext()
    const connection = await holdDataConnection(context)
    const client = await clientWithChat(context, 'Offline')
    const operator = await operatorAt('Offline')
    await connection.down()
    await write(client, 'one, offline')
    await write(client, 'two, offline')
    await messages(client, 'two, offline').waitFor()
    await client.reload()
    await messages(client, 'two, offline').waitFor(slow)
    await write(client, 'three, after the reload')
    await messages(client, 'three, after the reload').waitFor()
    const address = client.url()
    await client.close()
    await connection.up()
    const again = await context.newPage()
    await again.goto(address)
    const expected = ['first', 'one, offline', 'two, offline', 'three, after the reload']
    await eventually(
      () => stored(again).count(),
      (count) => count === expected.length,
    )
    expect(await shownTexts(again)).toEqual(expected)
    await messages(operator, 'three, after the reload').waitFor(slow)
    expect(await shownTexts(operator)).toEqual(expected)
  })

  test('[SDK-14] [WEB-5] when two tabs flush one outbox at the same moment, each message is sent once and in order', async () => {
    const context = await world.newContext()
    const connection = await holdDataConnection(context)
    const first = await clientWithChat(context, 'Twotabs')
    const second = await context.newPage()
    await second.goto(first.url())
    await messages(second, 'first').waitFor()
    const operator = await operatorAt('Twotabs')
    await connection.down()
    for (const nth of [1, 2, 3]) {
      await write(first, `first tab ${nth}`)
      await write(second, `second tab ${nth}`)
    }
    await connection.up()
    for (const page of [operator, first, second]) {
      for (const tab of ['first', 'second']) await messages(page, `${tab} tab 3`).waitFor(slow)
      const shown = await eventually(
        () => shownTexts(page),
        (all) => all.length >= 7,
      )
      expect(shown.filter((text) => text.startsWith('first tab'))).toEqual([
        'first tab 1',
        'first tab 2',
        'first tab 3',
      ])
      expect(shown.filter((text) => text.startsWith('second tab'))).toEqual([
        'second tab 1',
        'second tab 2',
        'second tab 3',
      ])
      expect(shown).toHaveLength(7)
    }
    await eventually(
      () => stored(first).count(),
      (count) => count === 7,
    )
    expect(await shownTexts(first)).toEqual(await shownTexts(operator))
    expect(await shownTexts(second)).toEqual(await shownTexts(operator))
  })

  test('[WEB-26] text that is typed while the server is killed and restarted is complete, survives a reload, and is sent', async () => {
    const client = await clientWithChat(await world.newContext(), 'Typist')
    const operator = await operatorAt('Typist')
    const before = 'Thank you for asking. The parcel left our house on Monday, '
    const after = 'and it will be with you on Thursday at the latest.\nIs there anything else?'
    await composer(operator).pressSequentially(before)
    await world.server.kill()
    await composer(operator).pressSequentially(after.slice(0, 20))
    await world.server.restart()
    await composer(operator).pressSequentially(after.slice(20).split('\n')[0] ?? '')
    await composer(operator).press('Shift+Enter')
    await composer(operator).pressSequentially(after.split('\n')[1] ?? '')
    await expect.poll(() => composer(operator).inputValue()).toBe(before + after)
    await operator.reload()
    await eventually(
      () => composer(operator).inputValue(),
      (text) => text === before + after,
    )
    await composer(operator).press('Enter')
    await messages(client, 'on Thursday at the latest').waitFor(slow)
    expect(await shownTexts(client)).toEqual(['first', before + after])
  })

  test('[WEB-33] [SDK-16] after two hours of sleep a page shows all messages, and its draft can be sent', async () => {
    await using proxy = await startFaultProxy(world.url)
    const context = await world.newContext()
    await context.clock.install()
    const client = await clientWithChat(context, 'Sleeper', proxy.url)
    const operator = await operatorAt('Sleeper')
    proxy.freeze()
    for (const nth of [1, 2, 3]) await write(operator, `while you slept ${nth}`)
    await stored(operator).nth(2).waitFor()
    await composer(client).fill('typed before the sleep')
    await context.clock.fastForward('02:00:00')
    await messages(client, 'while you slept 3').waitFor(slow)
    expect(await shownTexts(client)).toEqual(['first', 'while you slept 1', 'while you slept 2', 'while you slept 3'])
    await expect.poll(() => composer(client).inputValue()).toBe('typed before the sleep')
    await composer(client).press('Enter')
    await messages(operator, 'typed before the sleep').waitFor(slow)
    expect(await shownTexts(operator)).toHaveLength(5)
  })

  test('[WEB-25] messages sent just before their tab closes are stored once and in order', async () => {
    const context = await world.newContext()
    const client = await clientWithChat(context, 'Crash')
    const program = await signInByRest(world.url, { email: 'crash@example.com', name: 'Crash', role: 'client' })
    const operator = await operatorAt('Crash')
    const chatId = Number(new URL(operator.url()).searchParams.get('chat'))
    const address = client.url()
    for (const nth of [1, 2, 3, 4, 5]) await write(client, `before the crash ${nth}`)
    // The tab closes without `beforeunload`, whatever is still being sent.
    await client.close({ runBeforeUnload: false })
    const again = await context.newPage()
    await again.goto(address)
    await eventually(
      () => stored(again).count(),
      (count) => count === 6,
    )
    const history = await program.history(chatId)
    expect(history.map((message) => message.text)).toEqual([
      'first',
      ...[1, 2, 3, 4, 5].map((nth) => `before the crash ${nth}`),
    ])
  })
})
