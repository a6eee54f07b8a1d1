import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatRow, messages, signInAsOperator, write } from '../src/pages.ts'
import { type RestPerson, signInByRest } from '../src/rest-person.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

describe.skipIf(!tools.chromium)('the console', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function clientWith(name: string, ...texts: string[]): Promise<{ client: RestPerson; chatId: number }> {
    const email = `${name.toLowerCase()}@example.com`
    const client = await signInByRest(world.url, { email, name, role: 'client' })
    const chatId = await client.createChat()
    await client.sendAll(chatId, texts)
    return { client, chatId }
  }

  async function operatorPage(name: string): Promise<Page> {
    return await signInAsOperator(await world.newContext(), world.url, { email: `${name}@example.com`, name })
  }

  test('[WEB-50] [WEB-51] what a colleague has read stays unread until one has seen it oneself', async () => {
    const { client, chatId } = await clientWith('Shared', 'the first')
    await clientWith('Other', 'elsewhere')
    const [first, second] = [await operatorPage('Ann'), await operatorPage('Bob')]
    // The second one has read the beginning, and has a mark of its own.
    await chatRow(second, 'Shared').click()
    await messages(second, 'the first').waitFor()
    await chatRow(second, 'Shared').getByText('unread').waitFor({ state: 'detached' })
    await chatRow(first, 'Shared').click()
    await first.getByRole('button', { name: 'Take over' }).click()
    await second.getByText('Ann is handling this chat').waitFor()
    await chatRow(second, 'Other').click()
    await messages(second, 'elsewhere').waitFor()
    await second.waitForFunction(() => !document.title.startsWith('('))

    await client.sendAll(chatId, ['the second', 'the third'])
    await chatRow(second, 'Shared').getByText('2 unread').waitFor({ state: 'attached' })
    // The side's mark moves on: the colleague has read both.
    await chatRow(first, 'Shared').getByText('unread').waitFor({ state: 'detached' })
    await write(first, 'an answer')
    await chatRow(second, 'Shared').getByText('an answer').waitFor()
    expect(await second.title()).not.toMatch(/^\(/)
    await chatRow(second, 'Shared').click()
    await messages(second, 'the third').waitFor()
    const line = await second.getByText('New messages', { exact: true }).boundingBox()
    const above = await messages(second, 'the first').boundingBox()
    const below = await messages(second, 'the second').boundingBox()
    expect(line?.y).toBeGreaterThan(above?.y ?? 0)
    expect(line?.y).toBeLessThan(below?.y ?? 0)
    await chatRow(second, 'Shared').getByText('unread').waitFor({ state: 'detached' })
  })
})
