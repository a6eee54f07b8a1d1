import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../src/eventually.ts'
import { watchPage } from '../src/page-watch.ts'
import { composer, messages, signInAsClient, signInAsOperator, write } from '../src/pages.ts'
import { signInByRest } from '../src/rest-user.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

describe.skipIf(!tools.chromium)('pages and who may see them', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  test('[WEB-2] a chat page shows the session of its user, and never another person', async () => {
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

  test('[WEB-2] a page ends when another user signs in beside it, and nothing goes out in their name', async () => {
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

  test('[SDK-28] [WEB-2] what somebody wrote offline stays theirs when another user signs in beside', async () => {
    const context = await world.newContext()
    const anna = { email: 'anna@example.com', name: 'Anna' }
    const page = await signInAsClient(context, world.url, anna)
    await write(page, 'while online')
    await messages(page, 'while online').and(page.locator('[data-state="sent"]')).waitFor()
    await context.setOffline(true)
    // A browser that goes offline leaves open sockets alone.
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
    // Back in her own name it leaves by itself, once.
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

  test('[WEB-12] what is typed while the first message makes its chat goes on in that chat', async () => {
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

  test('[WEB-11] a page prints nothing to the console, signed out included', async () => {
    const page = await (await world.newContext({ serviceWorkers: 'allow' })).newPage()
    const watch = watchPage(page)
    for (const path of ['/', '/login', '/login-operator', '/chats/7']) {
      await page.goto(`${world.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
    expect(watch.printed).toEqual([])
    expect(watch.calls).toEqual([])
  })

  test('[HTTP-3] an unknown page says so, with the status 404', async () => {
    const page = await (await world.newContext()).newPage()
    const response = await page.goto(`${world.url}/nowhere`)
    expect(response?.status()).toBe(404)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.getByRole('link').first().waitFor()
  })

  test('[WEB-17] links are links, line breaks stay, and no text becomes markup', async () => {
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

  test('[WEB-7] Enter sends, Shift+Enter breaks the line, composing is never sent', async () => {
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

  test('[WEB-10] the keyboard alone is enough: sign in, write, open, answer, close', async () => {
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
