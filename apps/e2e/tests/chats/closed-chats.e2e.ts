import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { watchPage } from '../../src/page-watch.ts'
import {
  chatRow,
  composer,
  messageList,
  messages,
  shownTexts,
  signInAsClient,
  signInAsOperator,
  write,
} from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const sent = 'article:is([data-state="sent"], [data-state="delivered"], [data-state="read"])'

/** Returns a client whose only chat was closed by an operator. The page has a proxy that can cut its connection. */
async function withClosedChat(world: World, name: string) {
  const email = `${name.toLowerCase()}@example.com`
  const rest = await signInByRest(world.url, { email, name, role: 'client' })
  const operator = await signInByRest(world.url, { email: 'rest@example.com', name: 'Rest', role: 'operator' })
  const chatId = await rest.createChat()
  await rest.send(chatId, 'The first question')
  await operator.close(chatId)
  const proxy = await startFaultProxy(world.url)
  const context = await world.newContext()
  const page = await signInAsClient(context, proxy.url, { email, name })
  await messages(page, 'The first question').waitFor()
  return {
    page,
    rest,
    operator,
    chatId,
    down: async () => {
      proxy.target(null)
      proxy.cut()
      await page.getByText('You’re offline.').waitFor()
    },
    up: () => proxy.target(world.url),
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

type Line = { page: Page; down(): Promise<void>; up(): void }

/** Lets a message arrive after its chat was closed: writes it offline, closes the chat, and reconnects. */
async function writeTooLate({ page, down, up }: Line, close: () => Promise<void>): Promise<void> {
  await down()
  await write(page, 'Too late')
  await messages(page, 'Too late').waitFor()
  await close()
  up()
  await page.locator('article[data-state="failed"]').filter({ hasText: 'Too late' }).waitFor()
}

describe.skipIf(!tools.chromium)('CLOSED_CHAT=reopen', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ env: { CLOSED_CHAT: 'reopen' } })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-31] a message to a closed chat reopens it and is stored in it', async () => {
    await using client = await withClosedChat(world, 'Rea')
    const { page, rest, chatId } = client
    const watch = watchPage(page)
    await page.getByText('Your message will reopen it').waitFor()
    await write(page, 'And one more question')
    await page.locator(sent).filter({ hasText: 'And one more question' }).waitFor()
    await expect.poll(() => composer(page).inputValue()).toBe('')
    await page.getByText('reopened the chat').waitFor()
    const history = await rest.history(chatId)
    expect(history.map(({ text }) => text)).toEqual(['The first question', 'And one more question'])
    expect(watch.printed).toEqual([])
  })

  test('[WEB-31] a text written offline into a closed chat is still in the composer after the tab was closed, and can be sent', async () => {
    await using client = await withClosedChat(world, 'Ree')
    const { page: first, rest, chatId } = client
    // The code of this notice is loaded after the page, so it must be there before the connection is cut.
    await first.getByText('Your message will reopen it').waitFor()
    await client.down()
    await write(first, 'Written without a line')
    await first.getByText('Reopening the chat').waitFor()
    await first.close()
    client.up()
    const page = await first.context().newPage()
    await page.goto(first.url())
    await messages(page, 'The first question').waitFor()
    await expect.poll(() => composer(page).inputValue()).toBe('Written without a line')
    await composer(page).press('Enter')
    await page.locator(sent).filter({ hasText: 'Written without a line' }).waitFor()
    const history = await rest.history(chatId)
    expect(history.map(({ text }) => text)).toEqual(['The first question', 'Written without a line'])
  })

  test('[WEB-31] a message that arrived after the close can be sent with "Reopen and send"', async () => {
    await using client = await withClosedChat(world, 'Ria')
    const { page, rest, operator, chatId } = client
    await write(page, 'Open it')
    await page.locator(sent).filter({ hasText: 'Open it' }).waitFor()
    await writeTooLate(client, () => operator.close(chatId))
    await page.getByRole('button', { name: 'Reopen and send' }).click()
    await page.locator(sent).filter({ hasText: 'Too late' }).waitFor()
    expect((await rest.history(chatId)).filter(({ text }) => text === 'Too late')).toHaveLength(1)
  })
})

describe.skipIf(!tools.chromium)('CLOSED_CHAT=new', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ env: { CLOSED_CHAT: 'new' } })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-31] a message to a closed chat starts a new chat, and is not stored in the closed one', async () => {
    await using client = await withClosedChat(world, 'Nea')
    const { page, rest, chatId } = client
    await page.getByText('Your message will start a new one').waitFor()
    await write(page, 'Something else')
    await page.locator(sent).filter({ hasText: 'Something else' }).waitFor()
    expect(await shownTexts(page)).toEqual(['Something else'])
    await page.getByRole('navigation', { name: 'Your chats' }).getByRole('link', { name: 'Closed' }).waitFor()
    expect((await rest.history(chatId)).map(({ text }) => text)).toEqual(['The first question'])
    await eventually(
      () => composer(page).evaluate((area) => area === document.activeElement),
      (focused) => focused,
    )
  })

  test('[WEB-31] a message that arrived after the close can be sent with "Send in a new chat"', async () => {
    await using client = await withClosedChat(world, 'Nia')
    const { page, operator } = client
    await write(page, 'The second chat')
    await page.locator(sent).filter({ hasText: 'The second chat' }).waitFor()
    const chatId = Number(new URL(page.url()).searchParams.get('chat') ?? 0) || (await newestChat(page))
    await writeTooLate(client, () => operator.close(chatId))
    await page.getByRole('button', { name: 'Send in a new chat' }).click()
    await page.locator(sent).filter({ hasText: 'Too late' }).waitFor()
    expect(await shownTexts(page)).toEqual(['Too late'])
  })

  async function newestChat(page: Page): Promise<number> {
    return await page.evaluate(async () => {
      const answer = await fetch('/api/chats', { headers: { 'deskbell-role': 'client' } })
      const { items } = (await answer.json()) as { items: { id: number }[] }
      return items[0]?.id ?? 0
    })
  }
})

describe.skipIf(!tools.chromium)('CLOSED_CHAT=say, and operators', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-31] a message that arrived after the close can be moved to the composer of a new chat, and sent there', async () => {
    await using client = await withClosedChat(world, 'Sia')
    const { page, rest, operator } = client
    const second = await rest.createChat()
    await rest.send(second, 'The second chat')
    await page.getByRole('navigation', { name: 'Your chats' }).getByRole('link', { name: 'The second chat' }).click()
    await writeTooLate(client, () => operator.close(second))
    await page.getByRole('button', { name: 'Move to a new chat' }).click()
    await expect.poll(() => composer(page).inputValue()).toBe('Too late')
    await composer(page).press('Enter')
    await page.locator(sent).filter({ hasText: 'Too late' }).waitFor()
  })

  test('[WEB-30] an operator reopens a closed chat by the button or the O key, and can write in it', async () => {
    await using closed = await withClosedChat(world, 'Ora')
    const { page: client, operator: rest, chatId } = closed
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'o@example.com',
      name: 'Oleg',
    })
    await operator.getByRole('button', { name: 'Closed' }).click()
    await chatRow(operator, 'Ora').click()
    await operator.getByRole('button', { name: 'Reopen' }).click()
    await operator.getByRole('button', { name: 'Close Chat' }).waitFor()
    await client.getByText('reopened the chat').waitFor()
    await composer(client).waitFor()
    await eventually(
      () => composer(operator).evaluate((area) => area === document.activeElement),
      (focused) => focused,
    )
    await operator.keyboard.type('We go on.')
    await operator.keyboard.press('Enter')
    await messages(client, 'We go on.').waitFor()
    await rest.close(chatId)
    await operator.getByRole('button', { name: 'Reopen' }).waitFor()
    await operator.getByRole('heading', { name: 'Ora', exact: true }).click()
    await operator.keyboard.press('o')
    await operator.getByRole('button', { name: 'Close Chat' }).waitFor()
    await operator.context().close()
  })

  test('[WEB-30] closing a chat with an unseen message asks first, and "View message" scrolls to it', async () => {
    const rest = await signInByRest(world.url, { email: 'vida@example.com', name: 'Vida', role: 'client' })
    const chatId = await rest.createChat()
    for (let index = 0; index < 40; index += 1) await rest.send(chatId, `line ${index}`)
    const operator = await signInAsOperator(await world.newContext(), world.url, {
      email: 'p@example.com',
      name: 'Pia',
    })
    await chatRow(operator, 'Vida').click()
    await messages(operator, 'line 39').waitFor()
    // Scrolled up, the operator does not see the next message.
    await leaveTheEnd(operator)
    await rest.send(chatId, 'Wait, one more thing')
    await operator.getByRole('button', { name: '1 new message' }).waitFor()
    await operator.getByRole('button', { name: 'Close Chat' }).click()
    const dialog = operator.getByRole('dialog', { name: 'New message' })
    await dialog.getByRole('button', { name: 'View message' }).click()
    await dialog.waitFor({ state: 'detached' })
    await eventually(
      () => messages(operator, 'Wait, one more thing').evaluate((article) => article.getBoundingClientRect().bottom),
      (bottom) => bottom <= 800,
    )
    await operator.getByRole('button', { name: 'Close Chat' }).click()
    await operator.getByRole('button', { name: 'Reopen' }).waitFor()
    await operator.context().close()
  })

  test('[WEB-30] "Close anyway" closes a chat with an unseen message', async () => {
    const rest = await signInByRest(world.url, { email: 'ute@example.com', name: 'Ute', role: 'client' })
    const chatId = await rest.createChat()
    await rest.send(chatId, 'Hello')
    const context = await world.newContext()
    const operator = await signInAsOperator(context, world.url, { email: 'q@example.com', name: 'Quentin' })
    await chatRow(operator, 'Ute').click()
    await messages(operator, 'Hello').waitFor()
    for (let index = 0; index < 40; index += 1) await rest.send(chatId, `line ${index}`)
    await messages(operator, 'line 39').waitFor()
    await leaveTheEnd(operator)
    await rest.send(chatId, 'Unseen')
    await operator.getByRole('button', { name: '1 new message' }).waitFor()
    await operator.getByRole('button', { name: 'Close Chat' }).click()
    await operator.getByRole('button', { name: 'Close anyway' }).click()
    await operator.getByRole('button', { name: 'Reopen' }).waitFor()
    await context.close()
  })
})

/** Scrolls up, and does so again if an entry that arrives meanwhile moves the view back to the end. */
async function leaveTheEnd(page: Page): Promise<void> {
  await eventually(
    async () => {
      await messageList(page).evaluate((region) => region.scrollTo(0, 0))
      return await page.getByRole('button', { name: 'Jump to latest message' }).isVisible()
    },
    (isAway) => isAway,
  )
}
