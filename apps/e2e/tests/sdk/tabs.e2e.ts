import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { messages, shownTexts, signInAsClient, write } from '../../src/pages.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

describe.skipIf(!tools.chromium)('the tabs of one browser', () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  /** Returns a function that counts the open sockets of one tab, or of all. */
  function watchSockets(context: BrowserContext): (page?: Page) => number {
    const open = new Map<Page, number>()
    const change = (page: Page, by: number) => open.set(page, (open.get(page) ?? 0) + by)
    context.on('page', (page) => {
      page.on('websocket', (socket) => {
        change(page, 1)
        socket.on('close', () => change(page, -1))
      })
      page.on('close', () => open.delete(page))
      // A navigation closes the sockets of the old document without a `close` event.
      page.on('request', (request) => {
        if (request.isNavigationRequest() && request.frame() === page.mainFrame()) open.delete(page)
      })
    })
    return (page) => (page ? (open.get(page) ?? 0) : [...open.values()].reduce((sum, count) => sum + count, 0))
  }

  async function tabs(context: BrowserContext, name: string): Promise<[Page, Page, Page]> {
    const first = await signInAsClient(context, world.url, { email: `${name.toLowerCase()}@example.com`, name })
    await write(first, 'first')
    await messages(first, 'first').waitFor()
    const [second, third] = [await context.newPage(), await context.newPage()]
    for (const page of [second, third]) {
      await page.goto(first.url())
      await messages(page, 'first').waitFor()
    }
    return [first, second, third]
  }

  async function showsEverything(pages: Page[], expected: string[]): Promise<void> {
    for (const page of pages) {
      const shown = await eventually(
        () => shownTexts(page),
        (texts) => texts.length >= expected.length,
      )
      expect(shown).toEqual(expected)
    }
  }

  test('[SDK-14] the first tab opens one socket, and keeps it when the code that shares it has loaded', async () => {
    const page = await signInAsClient(await world.newContext(), world.url, { email: 'one@example.com', name: 'One' })
    await write(page, 'hello')
    await messages(page, 'hello').waitFor()
    let opened = 0
    page.on('websocket', () => {
      opened += 1
    })
    const sharing = page.waitForResponse(/tab-share/)
    await page.reload()
    await sharing
    await messages(page, 'hello').waitFor()
    expect(opened).toBe(1)
  })

  test('[SDK-14] three tabs share one socket, and each shows the messages of all', async () => {
    const context = await world.newContext()
    const sockets = watchSockets(context)
    const pages = await tabs(context, 'Sharing')
    expect(sockets()).toBe(1)
    expect(sockets(pages[0])).toBe(1)
    const expected = ['first']
    for (const [index, page] of pages.entries()) {
      await write(page, `of tab ${index}`)
      expected.push(`of tab ${index}`)
      await showsEverything(pages, expected)
    }
    expect(sockets()).toBe(1)
  })

  test('[SDK-14] a duplicated tab with a copy of the session storage sends and receives like any other', async () => {
    const context = await world.newContext()
    const person = { email: 'twin@example.com', name: 'Twin' }
    const first = await signInAsClient(context, world.url, person)
    await write(first, 'before')
    await messages(first, 'before').waitFor()
    const [second] = await Promise.all([
      context.waitForEvent('page'),
      // The new tab begins with a copy of `sessionStorage`, like a duplicated one.
      first.evaluate(() => void window.open(location.href)),
    ])
    await messages(second, 'before').waitFor()
    for (const [page, text] of [
      [first, 'from the first'],
      [second, 'from the second'],
      [first, 'the first again'],
    ] as const) {
      await write(page, text)
      for (const each of [first, second]) await messages(each, text).waitFor()
    }
    await showsEverything([first, second], ['before', 'from the first', 'from the second', 'the first again'])
    await context.close()
  })

  test('[SDK-14] when a tab with the socket closes or reloads, another one takes over, and no message is missed', async () => {
    const context = await world.newContext()
    const sockets = watchSockets(context)
    const [first, second, third] = await tabs(context, 'Heirs')
    await first.close()
    await write(second, 'after the close')
    await showsEverything([second, third], ['first', 'after the close'])
    await eventually(
      () => sockets(),
      (count) => count === 1,
    )
    await second.reload()
    await write(third, 'after the reload')
    await showsEverything([second, third], ['first', 'after the close', 'after the reload'])
    await eventually(
      () => sockets(),
      (count) => count === 1,
    )
  })

  test('[SDK-14] a first tab that cannot load the code to share its socket does not block another tab', async () => {
    const context = await world.newContext()
    const sockets = watchSockets(context)
    const lost: string[] = []
    await context.route(/tab-share/, async (route) => {
      lost.push(route.request().url())
      await route.abort()
    })
    const first = await signInAsClient(context, world.url, { email: 'alone@example.com', name: 'Alone' })
    await write(first, 'first')
    await messages(first, 'first').waitFor()
    const heldLocks = () =>
      first.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name) ?? [])
    await eventually(
      async () => [lost.length, (await heldLocks()).filter((name) => name?.startsWith('deskbell-socket:')).length],
      ([tries = 0, held]) => tries > 1 && held === 0,
    )
    await context.unroute(/tab-share/)
    const second = await context.newPage()
    await second.goto(first.url())
    await write(second, 'second')
    await showsEverything([first, second], ['first', 'second'])
    await second.locator('article[data-state="sent"]').nth(1).waitFor()
    expect(sockets()).toBe(2)
  })

  test('[SDK-14] after a crash of the first tab the others show each other’s messages', async () => {
    const context = await world.newContext()
    const [first, second, third] = await tabs(context, 'Crash')
    const session = await context.newCDPSession(first)
    void session.send('Page.crash').catch(() => {})
    await write(second, 'after the crash')
    await showsEverything([second, third], ['first', 'after the crash'])
  })

  test('[SDK-14] signing out in one tab ends the session in all, and the next user shares nothing with them', async () => {
    const context = await world.newContext()
    const sockets = watchSockets(context)
    const [first, second, third] = await tabs(context, 'Leaving')
    await third.getByRole('button', { name: /^Account: / }).click()
    await third.getByRole('button', { name: 'Sign out' }).click()
    for (const page of [first, second]) await page.getByText('You’re signed out.').waitFor()
    await eventually(
      () => sockets(),
      (count) => count === 0,
    )
    const other = await signInAsClient(context, world.url, { email: 'other-tabs@example.com', name: 'Other' })
    await write(other, 'of another')
    await showsEverything([other], ['of another'])
  })
})
