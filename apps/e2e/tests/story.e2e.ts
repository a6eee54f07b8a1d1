import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { type PageWatch, watchPage } from '../src/page-watch.ts'
import { chatRow, composer, messages, openAccountMenu, signInAsClient, signInByForm, write } from '../src/pages.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

/* One scenario in two tabs of one browser. The tests are its steps: they run in order and share the two pages. */
describe.skipIf(!tools.chromium)('a client and an operator in two tabs of one browser', () => {
  let world: World
  let context: BrowserContext
  let client: Page
  let operator: Page
  const watches: PageWatch[] = []

  beforeAll(async () => {
    world = await createWorld()
    context = await world.newContext({ serviceWorkers: 'allow' })
    context.on('page', (page) => watches.push(watchPage(page)))
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-1] the client signs in and writes a first message, which creates a chat', async () => {
    client = await signInByForm(await context.newPage(), {
      url: world.url,
      person: { email: 'Ann@Example.com', name: 'Ann' },
      role: 'client',
    })
    await write(client, 'Hello, is anybody there?')
    await messages(client, 'Hello, is anybody there?').waitFor()
    await client.locator('article[data-state="sent"]').waitFor()
  })

  test('[WEB-1] an operator who signs in later sees the chat as unassigned in the list', async () => {
    operator = await signInByForm(await context.newPage(), {
      url: world.url,
      person: { email: 'oleg@example.com', name: 'Oleg' },
      role: 'operator',
    })
    await chatRow(operator, 'Ann').waitFor()
    await operator.getByText('Unassigned').last().waitFor()
  })

  test('[WEB-13] the unread message is counted in the row and in the title', async () => {
    await operator.getByText('1 unread message').waitFor({ state: 'attached' })
    await eventually(
      () => operator.title(),
      (title) => title.startsWith('(1)'),
    )
  })

  test('[WEB-1] opening the chat assigns it, and the client sees who joined', async () => {
    await chatRow(operator, 'Ann').click()
    await operator.getByText('Assigned to you').waitFor()
    await client.getByRole('heading', { name: 'Oleg' }).first().waitFor()
    await client.getByText('joined').waitFor()
  })

  test('[WEB-1] each side sees the messages of the other', async () => {
    await write(operator, 'Good morning, Ann.')
    await messages(client, 'Good morning, Ann.').waitFor()
    await write(client, 'It works!')
    await messages(operator, 'It works!').waitFor()
  })

  test('[WEB-4] an own message is shown once, and as read when the operator sees it', async () => {
    expect(await messages(client, 'Hello, is anybody there?').count()).toBe(1)
    await operator.bringToFront()
    await client.locator('article[data-state="read"]').filter({ hasText: 'Hello, is anybody there?' }).waitFor()
  })

  test('[WEB-1] a new chat appears in the open list without a reload', async () => {
    const other = await world.newContext()
    const second = await signInAsClient(other, world.url, { email: 'ben@example.com', name: 'Ben' })
    await write(second, 'Me too')
    await chatRow(operator, 'Ben').waitFor()
    await other.close()
  })

  test('[WEB-16] the operator filters the list by own and unassigned chats', async () => {
    await operator.getByRole('button', { name: 'Mine' }).click()
    await chatRow(operator, 'Ben').waitFor({ state: 'detached' })
    expect(await chatRow(operator, 'Ann').count()).toBe(1)
    await operator.getByRole('button', { name: 'Unassigned' }).click()
    await chatRow(operator, 'Ben').waitFor()
    await chatRow(operator, 'Ann').waitFor({ state: 'detached' })
    await operator.getByRole('button', { name: /^Inbox/ }).click()
    await chatRow(operator, 'Ann').waitFor()
  })

  test('[WEB-16] the operator returns a chat to the queue', async () => {
    await chatRow(operator, 'Ben').click()
    await operator.getByText('Assigned to you').waitFor()
    await operator.getByRole('button', { name: 'Return to queue' }).click()
    await chatRow(operator, 'Ben').getByText('Unassigned').waitFor()
  })

  test('[WEB-16] the operator starts a chat with a new client and writes in it', async () => {
    await operator
      .getByRole('button', { name: /start a chat|new chat/i })
      .first()
      .click()
    const dialog = operator.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Email' }).fill('carl@example.com')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Carl')
    await dialog.getByRole('button', { name: 'Start chat' }).click()
    await chatRow(operator, 'Carl').waitFor()
    await write(operator, 'We have news for you.')
    await operator.locator('article[data-state="sent"]').filter({ hasText: 'We have news for you.' }).waitFor()
  })

  test('[WEB-15] "Close Chat" closes the chat on both sides and removes both composers', async () => {
    await chatRow(operator, 'Ann').click()
    await messages(operator, 'It works!').waitFor()
    await composer(client).fill('not sent yet')
    await operator.getByRole('button', { name: 'Close Chat' }).click()
    await client.getByText('This chat is closed.', { exact: false }).first().waitFor()
    await composer(client).waitFor({ state: 'detached' })
    await eventually(
      () => composer(operator).count(),
      (count) => count === 0,
    )
    await operator.getByRole('button', { name: 'Closed' }).click()
    await chatRow(operator, 'Ann').waitFor()
  })

  test('[WEB-15] the client starts a new chat, and the unsent text moves to it', async () => {
    await client.getByRole('button', { name: 'New chat' }).first().click()
    await eventually(
      () => composer(client).inputValue(),
      (value) => value === 'not sent yet',
    )
    await composer(client).press('Enter')
    await client.locator('article[data-state="sent"]').filter({ hasText: 'not sent yet' }).waitFor()
    await operator.getByRole('button', { name: /^Inbox/ }).click()
    await chatRow(operator, 'Ann').getByText('not sent yet').waitFor()
  })

  test('[WEB-5] after a reload a message is shown once, and the chat is in the list', async () => {
    await client.reload()
    await messages(client, 'not sent yet').waitFor()
    expect(await messages(client, 'not sent yet').count()).toBe(1)
    await operator.reload()
    await chatRow(operator, 'Ann').waitFor()
  })

  test('[WEB-3] messages, history and lists use the socket only', () => {
    const calls = new Set(watches.flatMap((watch) => watch.calls))
    expect([...calls].filter((call) => !/\/trpc\/users\./.test(call))).toEqual([])
    const frames = watches.flatMap((watch) => watch.framesSent).join('\n')
    for (const path of ['messages.sendBatch', 'chats.list', 'chats.page', 'chats.events', 'inbox.events'])
      expect(frames).toContain(path)
  })

  test('[WEB-19] signing out shows the home page and ends only this role, and another user can sign in', async () => {
    await openAccountMenu(client)
    await client.getByRole('button', { name: 'Sign out' }).click()
    await client.getByRole('link', { name: 'Login as Client' }).waitFor()
    expect(await chatRow(operator, 'Ann').count()).toBe(1)
    const next = await signInByForm(await context.newPage(), {
      url: world.url,
      person: { email: 'dora@example.com', name: 'Dora' },
      role: 'client',
    })
    await composer(next).waitFor()
    await expect.poll(() => next.getByText('not sent yet').count()).toBe(0)
  })

  test('[WEB-11] the pages print nothing to the console', () => {
    expect(watches.flatMap((watch) => watch.printed)).toEqual([])
  })
})
