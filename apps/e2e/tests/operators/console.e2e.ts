import { startFaultProxy } from '@deskbell/testkit/faults/fault-proxy'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import {
  chatRow,
  composer,
  messages,
  openAccountMenu,
  shownTexts,
  signInAsClient,
  signInAsOperator,
  write,
} from '../../src/pages.ts'
import { type RestUser, signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('the console of an operator', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function clientWith(name: string, ...texts: string[]): Promise<{ client: RestUser; chatId: number }> {
    const email = `${name.toLowerCase()}@example.com`
    const client = await signInByRest(world.url, { email, name, role: 'client' })
    const chatId = await client.createChat()
    await client.sendAll(chatId, texts)
    return { client, chatId }
  }

  async function operatorPage(name: string): Promise<Page> {
    return await signInAsOperator(await world.newContext(), world.url, { email: `${name}@example.com`, name })
  }

  test('[WEB-50] [WEB-51] messages that a colleague has read stay unread for an operator until that operator opens the chat', async () => {
    const { client, chatId } = await clientWith('Shared', 'the first')
    await clientWith('Other', 'elsewhere')
    const [first, second] = [await operatorPage('Ann'), await operatorPage('Bob')]
    // The second operator has read the first message, and so has a read mark in this chat.
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
    // The colleague reads both messages.
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

  test('[WEB-53] a chat opens in a new tab by the middle button, for operators and clients, and by Ctrl and a click', async () => {
    const { chatId } = await clientWith('Linked', 'in a new tab')
    const page = await operatorPage('Lena')
    const ways: Parameters<Locator['click']>[0][] = [{ button: 'middle' }, { modifiers: ['Control'] }]
    for (const how of ways) {
      const opened = page.context().waitForEvent('page')
      await chatRow(page, 'Linked').click(how)
      const tab = await opened
      await messages(tab, 'in a new tab').waitFor()
      expect(new URL(tab.url()).search).toBe(`?chat=${chatId}`)
      await tab.close()
    }
    expect(new URL(page.url()).search).toBe('')
    await chatRow(page, 'Linked').focus()
    await page.keyboard.press('Enter')
    await messages(page, 'in a new tab').waitFor()
    await expect.poll(() => chatRow(page, 'Linked').getAttribute('aria-current')).toBe('true')

    await clientWith('Linked', 'the second chat')
    const client = await signInAsClient(page.context(), world.url, { email: 'linked@example.com', name: 'Linked' })
    const opened = client.context().waitForEvent('page')
    const own = client.getByRole('navigation', { name: 'Your chats' })
    await own.getByRole('link', { name: 'in a new tab' }).click({ button: 'middle' })
    await messages(await opened, 'in a new tab').waitFor()
  })

  test('[WEB-52] a link to a chat leads over the sign-in page of the right role to that chat, also after the session has ended', async () => {
    const { chatId } = await clientWith('Deep', 'behind a link')
    const colleague = await signInByRest(world.url, { email: 'dora@example.com', name: 'Dora', role: 'operator' })
    const page = await (await world.newContext()).newPage()
    const signIn = async () => {
      await page.getByRole('textbox', { name: 'Email' }).fill('dirk@example.com')
      await page.getByRole('textbox', { name: 'Name' }).fill('Dirk')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.waitForURL((url) => /^\/chats\/\d+$/.test(url.pathname) && url.search === `?chat=${chatId}`)
      await messages(page, 'behind a link').waitFor()
    }
    await page.goto(`${world.url}/chats/${colleague.id}?chat=${chatId}&to=//evil.example`)
    await page.waitForURL(`${world.url}/login-operator?chat=${chatId}`)
    await page.getByRole('link', { name: 'I’m a client' }).click()
    await page.waitForURL(`${world.url}/login?chat=${chatId}`)
    await page.getByRole('link', { name: 'I’m an operator' }).click()
    await signIn()

    await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json', 'deskbell-role': 'operator' }
      await fetch('/api/users/logout', { method: 'POST', headers })
    })
    await page.getByRole('button', { name: 'Sign in again' }).click()
    await page.waitForURL(`${world.url}/login-operator?chat=${chatId}`)
    await signIn()

    // The device knows the role of this user, so an address without a chat leads to the right form too.
    const { pathname } = new URL(page.url())
    await page.context().clearCookies()
    await page.goto(`${world.url}${pathname}`)
    await page.waitForURL(`${world.url}/login-operator`)
  })

  test('[WEB-54] actions without a connection fail with an error, and are not done when the connection is back', async () => {
    const { client, chatId } = await clientWith('Lost', 'on a bad line')
    await using proxy = await startFaultProxy(world.url)
    const page = await signInAsOperator(await world.newContext(), proxy.url, { email: 'oz@example.com', name: 'Oz' })
    await chatRow(page, 'Lost').click()
    await page.getByText('Assigned to you').waitFor()
    // The open connection no longer carries data, and the page cannot know that yet.
    proxy.target(null)
    proxy.freeze()
    const close = page.getByRole('button', { name: 'Close Chat' })
    await close.click()
    await page.locator('button[aria-busy="true"]', { hasText: 'Close Chat' }).waitFor()
    await page.getByRole('alert').getByText('Can’t reach the server').waitFor()
    proxy.cut()
    await page.getByText('You’re offline. Messages').waitFor()
    await close.click()
    await page.getByRole('alert').getByText('Nothing was changed').waitFor()
    await page.getByRole('button', { name: 'Return to queue' }).click()
    await page.getByRole('button', { name: 'New chat' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Email' }).fill('never@example.com')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Never')
    await dialog.getByRole('button', { name: 'Start chat' }).click()
    await dialog.getByRole('alert').getByText('Nothing was changed').waitFor()
    await page.keyboard.press('Escape')
    proxy.target(world.url)
    await page.getByText(/^Back online/).waitFor()
    await client.send(chatId, 'still here')
    await messages(page, 'still here').waitFor()
    await page.getByText('Assigned to you').waitFor()
    await expect.poll(() => chatRow(page, 'Never').count()).toBe(0)
    await close.click()
    await page.getByRole('button', { name: 'Reopen' }).waitFor()
  })

  test('[WEB-85] only the newest of consecutive assignments is shown, and a button shows and hides the earlier ones', async () => {
    const { chatId } = await clientWith('Wanderer', 'who takes me?')
    const desks = await Promise.all(
      ['Desk A', 'Desk B'].map((name) =>
        signInByRest(world.url, { email: `${name.replace(' ', '-')}@example.com`, name, role: 'operator' }),
      ),
    )
    for (const desk of [...desks, ...desks, ...desks]) await desk.take(chatId)
    const operator = await operatorPage('Fold')
    await chatRow(operator, 'Wanderer').click()
    const button = operator.getByRole('button', { name: '5 earlier changes' })
    await button.waitFor()
    const lines = operator.getByRole('region', { name: /^Messages/ }).getByText(/^Desk [AB]/)
    expect(await lines.count()).toBe(1)
    await button.press('Enter')
    await lines.nth(5).waitFor()
    await button.press('Enter')
    await lines.nth(5).waitFor({ state: 'detached' })
    expect(await lines.count()).toBe(1)
  })

  test('[WEB-67] offline, a chat that was open before is shown in the frame after the click; later messages follow with the connection', async () => {
    const { client, chatId } = await clientWith('Eager', 'to and fro')
    await clientWith('Calm', 'something else')
    const operator = await operatorPage('Tilda')
    await chatRow(operator, 'Eager').click()
    await messages(operator, 'to and fro').waitFor()
    await chatRow(operator, 'Calm').click()
    await messages(operator, 'something else').waitFor()
    await operator.context().setOffline(true)
    await client.sendAll(chatId, ['sent meanwhile'])
    expect(await firstMessageAtPress(operator, 'Eager')).toContain('to and fro')
    await operator.context().setOffline(false)
    await messages(operator, 'sent meanwhile').waitFor()
    expect(await shownTexts(operator)).toEqual(['to and fro', 'sent meanwhile'])
  })

  test('[WEB-68] hovering over a row loads its chat, which stays unread and is shown in the frame after the click', async () => {
    const { client, chatId } = await clientWith('Awaited', 'said first')
    await client.sendAll(chatId, ['said last'])
    const operator = await operatorPage('Hovering')
    // The row contains only the last message, so this frame is from the chat.
    const loaded = new Promise<void>((resolve) => {
      operator.on('websocket', (socket) => {
        socket.on('framereceived', ({ payload }) => String(payload).includes('said first') && resolve())
      })
    })
    await operator.reload()
    await chatRow(operator, 'Awaited').hover()
    await loaded
    await operator.context().setOffline(true)
    await chatRow(operator, 'Awaited').getByText('2 unread messages').waitFor({ state: 'attached' })
    expect(await firstMessageAtPress(operator, 'Awaited')).toContain('said first')
  })

  test('[WEB-56] signing out asks first if messages are unsent, and then deletes all data of that user from the device', async () => {
    const { chatId } = await clientWith('Leaver', 'a first word')
    const context = await world.newContext()
    // Only sends are dropped, so messages wait although the page is online.
    await context.routeWebSocket(/.*/, (socket) => {
      const server = socket.connectToServer()
      socket.onMessage((frame) => {
        if (!String(frame).includes('messages.sendBatch')) server.send(frame)
      })
    })
    const person = { email: 'leaver@example.com', name: 'Leaver' }
    const client = await signInAsClient(context, world.url, person)
    const operator = await signInAsOperator(context, world.url, { email: 'stayer@example.com', name: 'Stayer' })
    await chatRow(operator, 'Leaver').click()
    await messages(operator, 'a first word').waitFor()
    await composer(operator).fill('a draft of the operator')
    await client.bringToFront()
    await messages(client, 'a first word').waitFor()
    for (const text of ['kept one', 'kept two']) await write(client, text)
    await composer(client).fill('a draft')
    const signOut = async () => {
      await openAccountMenu(client)
      await client.getByRole('button', { name: 'Sign out', exact: true }).click()
    }
    await signOut()
    const dialog = client.getByRole('dialog', { name: 'Sign out?' })
    await dialog.getByText('2 messages haven’t been sent').waitFor()
    await dialog.getByRole('button', { name: 'Stay signed in' }).click()
    await messages(client, 'kept two').waitFor()
    await expect.poll(() => composer(client).inputValue()).toBe('a draft')
    await signOut()
    await dialog.getByRole('button', { name: 'Sign out and delete' }).click()
    await client.waitForURL(`${world.url}/`)

    await eventually(
      () => tracesIn(client),
      (traces) => !/kept one|kept two|a draft(?! of)|leaver@/.test(traces),
    )
    expect(await tracesIn(client)).toContain('a draft of the operator')
    await operator.reload()
    await messages(operator, 'a first word').waitFor()
    await expect.poll(() => composer(operator).inputValue()).toBe('a draft of the operator')
    const history = await (await signInByRest(world.url, { ...person, role: 'client' })).history(chatId)
    expect(history.map(({ text }) => text)).toEqual(['a first word'])
  })
})

/** Clicks the row of a client. Returns the text of the first message in the next frame. */
async function firstMessageAtPress(page: Page, name: string): Promise<string | null | undefined> {
  return await chatRow(page, name).evaluate(
    (row: HTMLElement) =>
      new Promise((resolve) => {
        row.click()
        requestAnimationFrame(() => resolve(document.querySelector('article')?.textContent))
      }),
  )
}

/** Returns what all storages of the device contain, except an operator's stored chats, which name the clients. */
async function tracesIn(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const rows = await new Promise<unknown>((resolve) => {
      const request = indexedDB.open('deskbell-outbox')
      request.onsuccess = () => {
        const all = request.result.transaction('messages').objectStore('messages').getAll()
        all.onsuccess = () => resolve(all.result)
      }
    })
    const kept = Object.entries(localStorage).filter(([key]) => !key.startsWith('deskbell.memory.operator.'))
    return JSON.stringify([kept, { ...sessionStorage }, rows])
  })
}
