import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { watchPage } from '../../src/page-watch.ts'
import { composer, messages, signInAsClient, signInAsOperator, write } from '../../src/pages.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('sessions, messages and the keyboard', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-2] the page /chats/{id} belongs to that signed-in user; other ids lead to the sign-in page or to a page of the own session', async () => {
    const context = await world.newContext()
    const page = await context.newPage()
    await page.goto(`${world.url}/chats/1`)
    await page.waitForURL(`${world.url}/login`)
    const client = await signInAsClient(context, world.url, { email: 'two@example.com', name: 'Two' })
    const operator = await signInAsOperator(context, world.url, { email: 'two@example.com', name: 'Two' })
    const own = client.url()
    const console_ = operator.url()
    expect(new URL(own).pathname).not.toBe(new URL(console_).pathname)
    await client.goto(console_)
    await client.getByRole('button', { name: 'Unassigned' }).waitFor()
    await client.goto(own)
    await composer(client).waitFor()
    await client.goto(`${world.url}/chats/99999`)
    await client.waitForURL((url) => [own, console_].some((each) => each.startsWith(`${url.origin}${url.pathname}`)))
    await client.goto(`${world.url}/chats/nobody`)
    await client.waitForURL((url) => /^\/chats\/\d+$/.test(url.pathname))
  })

  test('[WEB-2] when another operator signs in in the same browser, an open page moves to that operator at its next connection', async () => {
    const context = await world.newContext()
    const first = await signInAsOperator(context, world.url, { email: 'first@example.com', name: 'First' })
    const own = first.url()
    const second = await signInAsOperator(context, world.url, { email: 'second@example.com', name: 'Second' })
    expect(second.url()).not.toBe(own)
    const { pathname } = new URL(second.url())
    await world.server.restart()
    await first.waitForURL((url) => url.pathname === pathname)
    await context.close()
  })

  test('[SDK-28] [WEB-2] a message written offline is not sent or shown for another user who signs in, and is sent for its author later', async () => {
    const context = await world.newContext()
    const anna = { email: 'anna@example.com', name: 'Anna' }
    const page = await signInAsClient(context, world.url, anna)
    await write(page, 'while online')
    await messages(page, 'while online').and(page.locator('[data-state="sent"]')).waitFor()
    await context.setOffline(true)
    // `setOffline` leaves open sockets alone, so a restart of the server closes them.
    await world.server.restart()
    await write(page, 'a secret of Anna')
    const bert = await signInByRest(world.url, { email: 'bert@example.com', name: 'Bert', role: 'client' })
    const cookie = { domain: new URL(world.url).hostname, path: '/' }
    await context.addCookies([
      { ...cookie, name: 'deskbell_client', value: bert.token },
      { ...cookie, name: 'deskbell_client_id', value: String(bert.id) },
    ])
    await context.setOffline(false)
    await page.waitForURL((url) => url.pathname === `/chats/${bert.id}`)
    await composer(page).waitFor()
    await expect.poll(() => messages(page, 'a secret of Anna').count()).toBe(0)
    // It is sent, once, when its author has signed in again.
    const again = await signInAsClient(context, world.url, anna)
    await messages(again, 'a secret of Anna').and(again.locator('[data-state="sent"]')).waitFor()
    const chatsOf = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const { items } = (await (await fetch(`${world.url}/api/chats`, { headers })).json()) as {
        items: { id: number }[]
      }
      return items.map(({ id }) => id)
    }
    const rest = await signInByRest(world.url, { ...anna, role: 'client' })
    const [chatId = 0, ...others] = await chatsOf(rest.token)
    expect(others).toEqual([])
    expect((await rest.history(chatId)).map(({ text }) => text)).toEqual(['while online', 'a secret of Anna'])
    expect(await chatsOf(bert.token)).toEqual([])
    await context.close()
  })

  test('[WEB-12] text that is typed while the first message creates its chat stays in the composer, with the focus', async () => {
    const context = await world.newContext()
    const page = await signInAsClient(context, world.url, { email: 'quick@example.com', name: 'Quick' })
    await composer(page).fill('Hello')
    await page.keyboard.press('Enter')
    await page.keyboard.type('and more ')
    await messages(page, 'Hello').waitFor()
    await eventually(
      () => composer(page).evaluate((area) => area === document.activeElement),
      (focused) => focused,
    )
    await page.keyboard.type('than that')
    await expect.poll(() => composer(page).inputValue()).toMatch(/^and .*than that$/)
    await context.close()
  })

  test('[WEB-11] signed out, the public pages and a chats page print nothing to the console and make no calls', async () => {
    const page = await (await world.newContext({ serviceWorkers: 'allow' })).newPage()
    const watch = watchPage(page)
    for (const path of ['/', '/login', '/login-operator', '/chats/7']) {
      await page.goto(`${world.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
    expect(watch.printed).toEqual([])
    expect(watch.calls).toEqual([])
  })

  test('[HTTP-3] an unknown page has the status 404, a heading and a link', async () => {
    const page = await (await world.newContext()).newPage()
    const response = await page.goto(`${world.url}/nowhere`)
    expect(response?.status()).toBe(404)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('link').first().waitFor()
  })

  test('[WEB-17] a message shows addresses as links, keeps line breaks, and shows HTML as text', async () => {
    const context = await world.newContext()
    const client = await signInAsClient(context, world.url, { email: 'links@example.com', name: '<b>Lin</b>' })
    const text =
      'see https://example.com/a?b=1.\n<img src=x onerror=alert(1)> javascript:alert(2) <script>alert(3)</script>'
    client.on('dialog', () => expect.unreachable('a text was run'))
    await write(client, text)
    const bubble = messages(client, 'see https://example.com')
    await bubble.waitFor()
    const link = bubble.getByRole('link')
    expect(await link.count()).toBe(1)
    await expect.poll(() => link.getAttribute('href')).toBe('https://example.com/a?b=1')
    await expect.poll(() => link.getAttribute('rel')).toBe('noopener noreferrer')
    await expect.poll(() => bubble.locator('p[dir="auto"]').textContent()).toBe(text)
    await expect.poll(() => bubble.locator('img, script').count()).toBe(0)
  })

  test('[WEB-7] Enter sends, Shift+Enter breaks the line, and Enter sends nothing while a word is composed or without text', async () => {
    const context = await world.newContext()
    const client = await signInAsClient(context, world.url, { email: 'enter@example.com', name: 'Enter' })
    const box = composer(client)
    await box.click()
    await client.keyboard.type('one')
    await client.keyboard.press('Shift+Enter')
    await client.keyboard.type('two')
    await expect.poll(() => box.inputValue()).toBe('one\ntwo')
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      await box.dispatchEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...init })
    }
    await expect.poll(() => box.inputValue()).toBe('one\ntwo')
    await client.keyboard.press('Enter')
    await messages(client, /one\s+two/).waitFor()
    await eventually(
      () => box.inputValue(),
      (value) => value === '',
    )
    await client.keyboard.press('Enter')
    expect(await client.getByRole('article').count()).toBe(1)
  })

  test('[WEB-12] a draft survives a reload', async () => {
    const context = await world.newContext()
    const client = await signInAsClient(context, world.url, { email: 'draft@example.com', name: 'Draft' })
    await write(client, 'sent')
    await client.locator('article[data-state="sent"]').waitFor()
    await composer(client).fill('half a thou')
    await client.reload()
    await eventually(
      () => composer(client).inputValue(),
      (value) => value === 'half a thou',
    )
  })

  test('[WEB-10] a client signs in and writes, and an operator opens, answers and closes the chat, by keyboard alone', async () => {
    const context = await world.newContext()
    const client = await context.newPage()
    await client.goto(`${world.url}/login`)
    await client.getByRole('textbox', { name: 'Email' }).focus()
    await client.keyboard.type('keys@example.com')
    await client.keyboard.press('Tab')
    await client.keyboard.type('Keys')
    await client.keyboard.press('Enter')
    await client.waitForURL(/\/chats\/\d+/)
    await composer(client).waitFor()
    await tabTo(client, 'Message')
    await client.keyboard.type('no mouse')
    await client.keyboard.press('Enter')
    await messages(client, 'no mouse').waitFor()

    const operator = await signInAsOperator(context, world.url, { email: 'keys@example.com', name: 'Op Keys' })
    await operator.getByRole('listitem').first().waitFor()
    await operator.keyboard.press('j')
    await operator.keyboard.press('Enter')
    await messages(operator, 'no mouse').waitFor()
    await operator.keyboard.press('Escape')
    await operator.keyboard.press('r')
    await eventually(() => composer(operator).evaluate((box) => box === document.activeElement), Boolean)
    await operator.keyboard.type('none needed')
    await operator.keyboard.press('Enter')
    await messages(client, 'none needed').waitFor()
    await operator.keyboard.press('Escape')
    await tabTo(operator, 'Close Chat')
    await operator.keyboard.press('Enter')
    await client.getByText('This chat is closed.').waitFor()
  })
})

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      const label = element instanceof HTMLTextAreaElement ? element.labels[0]?.textContent : element?.textContent
      return label?.trim() ?? ''
    })
    if (focused === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reached ${name}.`)
}
