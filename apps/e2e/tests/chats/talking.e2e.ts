import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { chatRow, composer, messages, shownTexts, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** Returns the pages of a client with one message and of an operator who has opened the chat. */
async function talk(world: World, name: string): Promise<{ client: Page; operator: Page }> {
  const email = name.toLowerCase()
  const client = await signInAsClient(await world.newContext(), world.url, { email: `${email}@example.com`, name })
  await write(client, 'first')
  const person = { email: `op-${email}@example.com`, name: `Op ${name}` }
  const operator = await signInAsOperator(await world.newContext(), world.url, person)
  await chatRow(operator, name).click()
  await messages(operator, 'first').waitFor()
  return { client, operator }
}

describe.skipIf(!tools.chromium)('marks, typing, edits and blocked storage', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-24] an own message is delivered while the operator does not look at it, and then read', async () => {
    const { client, operator } = await talk(world, 'Ticks')
    // The operator's page believes that it is hidden, so nothing counts as read until it is reloaded.
    await operator.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
      Object.defineProperty(document, 'hidden', { get: () => true })
      document.hasFocus = () => false
      document.dispatchEvent(new Event('visibilitychange'))
      window.dispatchEvent(new Event('blur'))
    })
    await write(client, 'delivered, not read')
    const sign = messages(client, 'delivered, not read')
    await eventually(
      () => sign.getAttribute('data-state'),
      (state) => state === 'delivered',
    )
    await operator.reload()
    await eventually(
      () => sign.getAttribute('data-state'),
      (state) => state === 'read',
    )
  })

  test('[WEB-27] each side sees that the other is typing, and the notice goes when the message arrives', async () => {
    const { client, operator } = await talk(world, 'Writer')
    await composer(client).pressSequentially('I am wri')
    await operator.getByText('Writer is typing…').first().waitFor()
    await composer(client).press('Enter')
    await messages(operator, 'I am wri').waitFor()
    await operator.getByText('Writer is typing…').first().waitFor({ state: 'detached' })
    await composer(operator).pressSequentially('an answ')
    await client.getByText('is typing…').first().waitFor()
  })

  test('[WEB-28] an own message is edited and deleted by keyboard, and the other side sees both', async () => {
    const { client, operator } = await talk(world, 'Editor')
    await write(client, 'the parcel has numbre 17')
    await messages(operator, 'numbre').waitFor()
    await client.locator('[data-state=delivered], [data-state=read]').filter({ hasText: 'numbre' }).waitFor()
    await composer(client).press('ArrowUp')
    const editing = client.getByRole('textbox', { name: 'New message text' })
    await editing.fill('the parcel has number 17')
    await editing.press('Enter')
    await messages(operator, 'the parcel has number 17').waitFor()
    expect(await shownTexts(operator)).toEqual(['first', 'the parcel has number 17'])
    await messages(operator, 'number 17').getByText('edited').waitFor()

    await messages(client, 'number 17').getByRole('button', { name: 'Message actions' }).focus()
    await client.keyboard.press('Enter')
    await client.getByRole('menuitem', { name: 'Delete for everyone' }).focus()
    await client.keyboard.press('Enter')
    await client.getByRole('dialog').getByRole('button', { name: 'Delete for everyone' }).click()
    await operator.getByText('Message deleted').first().waitFor()
    for (const page of [client, operator]) {
      await eventually(
        () => page.content(),
        (html) => !html.includes('number 17'),
      )
    }
    await operator.reload()
    await messages(operator, 'first').waitFor()
    expect(await operator.content()).not.toContain('number')
  })

  test('[SDK-10] with all storage blocked the page says that it cannot save messages, and client and operator can talk', async () => {
    const context = await world.newContext()
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
        Object.defineProperty(globalThis, name, {
          get() {
            throw new DOMException('The user has blocked it.', 'SecurityError')
          },
        })
      }
    })
    const client = await signInAsClient(context, world.url, { email: 'blocked@example.com', name: 'Blocked' })
    await client.getByText('This browser can’t save messages').waitFor()
    await client.getByText('How can we help?').waitFor()
    await write(client, 'kept by nobody')
    const operator = await signInAsOperator(context, world.url, { email: 'op-blocked@example.com', name: 'Op' })
    await chatRow(operator, 'Blocked').click()
    await messages(operator, 'kept by nobody').waitFor()
    await write(operator, 'and read all the same')
    await messages(client, 'and read all the same').waitFor()
    await context.close()
  })
})
