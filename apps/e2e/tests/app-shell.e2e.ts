import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type DeployProxy, startDeployProxy } from '../src/deploy-proxy.ts'
import { eventually } from '../src/eventually.ts'
import { watchPage } from '../src/page-watch.ts'
import {
  chatRow,
  composer,
  messages,
  openAccountMenu,
  shownTexts,
  signInAsClient,
  signInAsOperator,
  write,
} from '../src/pages.ts'
import { tools } from '../src/tools.ts'
import { createWorld, type World } from '../src/world.ts'

/** The server is away, or too slow: calls, streams and sockets are not answered. */
const everyCall = /^\/(?:trpc|api)/

describe.skipIf(!tools.chromium)('the shell of the pages', () => {
  let world: World
  let line: DeployProxy
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    world = await createWorld()
    line = await startDeployProxy(world.url)
  })
  afterEach(async () => {
    line.mend()
    for (const context of contexts.splice(0)) await context.close()
  })
  afterAll(async () => {
    await line?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  async function newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await world.newContext({ serviceWorkers: 'allow', ...options })
    contexts.push(context)
    return context
  }

  /** A client who has written once, on a page whose worker has everything. */
  async function talking(name: string): Promise<Page> {
    const person = { email: `${name.toLowerCase()}@example.com`, name }
    const client = await signInAsClient(await newContext(), line.url, person)
    await write(client, 'first')
    await client.locator('article[data-state="sent"]').waitFor()
    await workerIsReady(client)
    return client
  }

  test('[WEB-60] after signing in the composer takes text and sends it once, whatever the network does', async () => {
    const page = await (await newContext()).newPage()
    await page.goto(`${line.url}/login`)
    await page.waitForFunction(() => document.activeElement?.matches('[name="email"]'))
    await page.keyboard.type('held@example.com')
    await page.getByRole('textbox', { name: 'Name' }).fill('Held')
    line.hold(/^\/trpc(?!\/users\.login)/)
    await page.keyboard.press('Enter')
    await composer(page).waitFor()
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
    await page.keyboard.type('written without a server')
    await page.keyboard.press('Enter')
    await messages(page, 'written without a server').waitFor()
    await page.keyboard.type('and still typing')
    // It is kept, also by a page that dies meanwhile.
    await page.reload()
    await messages(page, 'written without a server').waitFor()
    expect(await composer(page).inputValue()).toBe('and still typing')
    line.mend()
    await page.locator('article[data-state="sent"]').waitFor({ timeout: 30_000 })
    expect(await shownTexts(page)).toEqual(['written without a server'])
    expect(await composer(page).inputValue()).toBe('and still typing')
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
  })

  test('[WEB-61] a client reloads without a line, reads, writes, and everything leaves once', async () => {
    const client = await talking('Ofelia')
    await composer(client).fill('a draft')
    await client.context().setOffline(true)
    await client.reload()
    await messages(client, 'first').waitFor()
    expect(await composer(client).inputValue()).toBe('a draft')
    await write(client, 'offline one')
    await write(client, 'offline two')
    // What is behind a button is here as well.
    await openAccountMenu(client)
    await client.getByRole('button', { name: 'Sign out' }).waitFor()
    await client.reload()
    await messages(client, 'offline two').waitFor()
    await client.context().setOffline(false)
    await eventually(
      () => client.locator('article[data-state="sent"]').count(),
      (count) => count === 3,
      { timeoutMs: 30_000 },
    )
    expect(await shownTexts(client)).toEqual(['first', 'offline one', 'offline two'])

    await openAccountMenu(client)
    await client.getByRole('button', { name: 'Sign out' }).click()
    await client.waitForURL(`${line.url}/`)
    const left = await client.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.memory.')))
    expect(left).toEqual([])
  })

  test('[WEB-61] an operator reloads without a line: the list and the open chat are there, and an answer waits', async () => {
    const client = await talking('Pia')
    const person = { email: 'op-pia@example.com', name: 'Oskar' }
    const operator = await signInAsOperator(await newContext(), line.url, person)
    await chatRow(operator, 'Pia').click()
    await messages(operator, 'first').waitFor()
    await workerIsReady(operator)
    await eventually(
      () => operator.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.memory.')).length),
      (kept) => kept === 3,
    )
    await operator.context().setOffline(true)
    await operator.reload()
    await chatRow(operator, 'Pia').waitFor()
    await messages(operator, 'first').waitFor()
    await write(operator, 'an answer from the train')
    await operator.context().setOffline(false)
    await messages(client, 'an answer from the train').waitFor({ timeout: 30_000 })
    expect(await shownTexts(client)).toEqual(['first', 'an answer from the train'])
  })

  test('[WEB-61] the worker keeps the shell only: no call, no document, nothing of anybody', async () => {
    const client = await talking('Quinn')
    const kept = await client.evaluate(async () => {
      const names = await caches.keys()
      const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return all.flat().map(({ url }) => new URL(url).pathname)
    })
    expect(kept).toContain('/chats/0')
    expect(
      kept.filter((path) => !/^\/(?:assets\/[^/]+|favicon\.svg|icon-192\.png|manifest\.webmanifest)$/.test(path)),
    ).toEqual(expect.arrayContaining(['/', '/login', '/login-operator', '/chats/0']))
    expect(kept.filter((path) => /^\/(?:api|trpc|healthz|readyz)/.test(path))).toEqual([])
    await client.goto(`${line.url}/api/docs`)
    await client.getByText('messages').first().waitFor()
  })

  test('[WEB-63] a deploy in the middle is offered, loses nothing, and is there after the reload', async () => {
    const client = await talking('Rita')
    await composer(client).fill('half a sentence')
    line.deploy('the-next-version-x')
    await client.evaluate(() => window.dispatchEvent(new Event('online')))
    const offer = client.getByText('A new version is available. Reload to continue.')
    await offer.waitFor()
    expect(await versionOf(client)).not.toBe('the-next-version-x')
    await write(client, 'sent by the old version')
    await client.context().setOffline(true)
    await write(client, 'waits for the new version')
    await composer(client).fill('half a sentence')
    await client.context().setOffline(false)
    await client.getByRole('button', { name: 'Reload' }).click()
    await eventually(
      () => versionOf(client).catch(() => ''),
      (version) => version === 'the-next-version-x',
    )
    await offer.waitFor({ state: 'detached' })
    await eventually(
      () => client.locator('article[data-state="sent"]').count(),
      (count) => count === 3,
      { timeoutMs: 30_000 },
    )
    expect(await shownTexts(client)).toEqual(['first', 'sent by the old version', 'waits for the new version'])
    expect(await composer(client).inputValue()).toBe('half a sentence')
    // The new worker has the new shell.
    await eventually(
      () => client.evaluate(() => caches.keys()),
      (names) => names.includes('deskbell-the-next-version-x'),
    )
  })

  test('[WEB-63] a worker that does harm can be taken out of every browser', async () => {
    let client = await talking('Sven')
    const context = client.context()
    const chat = client.url()
    line.replace('/sw.js', '/sw-off.js')
    // The browser looks for a new worker at each opening of a page.
    await eventually(
      async () => {
        // A watched worker is never idle, and lets another one take its place only when no page is left. In that moment
        // the browser may leave a page hanging that is being opened; the next one is not.
        await client.close()
        client = await context.newPage()
        const isOpen = await client.goto(chat, { timeout: 5_000 }).then(
          () => true,
          () => false,
        )
        return isOpen ? await client.evaluate(async () => (await caches.keys()).length) : null
      },
      (count) => count === 0,
      { timeoutMs: 60_000 },
    )
    await write(client, 'goes on without it')
    await messages(client, 'goes on without it').waitFor()
  })

  test('[WEB-62] a part whose file cannot be had leaves the page in place, and comes when the line is back', async () => {
    line.lose(/account-panel/)
    const person = { email: 'tess@example.com', name: 'Tess' }
    const client = await signInAsClient(await newContext({ serviceWorkers: 'block' }), line.url, person)
    await composer(client).fill('still here')
    await openAccountMenu(client)
    await client.getByText('This part couldn’t be loaded.').waitFor()
    expect(await composer(client).inputValue()).toBe('still here')
    line.mend()
    await client.evaluate(() => window.dispatchEvent(new Event('online')))
    await client.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(await composer(client).inputValue()).toBe('still here')
  })

  test('[WEB-62] [WEB-63] a part that is gone with its version offers the new one', async () => {
    line.lose(/account-panel/)
    const person = { email: 'uma@example.com', name: 'Uma' }
    const client = await signInAsClient(await newContext({ serviceWorkers: 'block' }), line.url, person)
    line.deploy('one-more-version-y')
    await openAccountMenu(client)
    await client.getByText('A new version is available. Reload to continue.').first().waitFor()
    expect(await composer(client).count()).toBe(1)
  })

  test('[WEB-64] a cookie that is not kept is said in words, and the form keeps what was typed', async () => {
    line.dropCookies()
    const page = await (await newContext()).newPage()
    await signIn(page, line.url)
    await page.getByText('This browser didn’t keep you signed in.').waitFor()
    expect(await page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('vera@example.com')
    line.mend()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await composer(page).waitFor()
  })

  test('[WEB-64] a sign-in that nobody answers ends after ten seconds, in words', async () => {
    const page = await (await newContext()).newPage()
    await page.clock.install()
    line.hold(everyCall)
    await signIn(page, line.url)
    await page.getByRole('button', { name: 'Signing in…' }).waitFor()
    await page.clock.fastForward(10_000)
    await page.getByRole('alert').filter({ hasText: 'Check your connection' }).waitFor()
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('vera@example.com')
  })

  test('[WEB-65] each page has its title and its heading, and a change of page begins in it', async () => {
    const page = await (await newContext({ viewport: { width: 900, height: 320 } })).newPage()
    await page.goto(line.url)
    const seen: { title: string; headings: number }[] = []
    const look = async () =>
      seen.push({ title: await page.title(), headings: await page.getByRole('heading', { level: 1 }).count() })
    await look()
    await page.evaluate(() => window.scrollTo(0, 200))
    await page.getByRole('link', { name: 'Login as Operator' }).click()
    await page.waitForFunction(() => document.activeElement?.matches('[name="email"]'))
    expect(await page.evaluate(() => window.scrollY)).toBe(0)
    await look()
    await page.getByRole('link', { name: 'I’m a client' }).click()
    await page.getByRole('heading', { name: 'Sign in as a client' }).waitFor()
    await look()
    await page.getByRole('link', { name: 'Deskbell' }).click()
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
    await page.goto(`${line.url}/nowhere`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look()
    const titles = seen.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
    expect(titles.every((title) => title.endsWith(' – Deskbell'))).toBe(true)
    expect(seen.map(({ headings }) => headings)).toEqual(seen.map(() => 1))
  })

  test('[WEB-65] the title of the console names the open chat', async () => {
    await talking('Wanda')
    const person = { email: 'op-wanda@example.com', name: 'Otto' }
    const operator = await signInAsOperator(await newContext(), line.url, person)
    await chatRow(operator, 'Wanda').click()
    await eventually(
      () => operator.title(),
      (title) => title.endsWith('Wanda – Deskbell'),
    )
    await operator.goBack()
    await eventually(
      () => operator.title(),
      (title) => title.endsWith('Inbox – Deskbell'),
    )
  })

  test.each([
    { locale: 'en-GB', heading: /answers|chat/i, lang: 'en' },
    { locale: 'ru-RU', heading: /[а-я]/i, lang: 'ru' },
  ])(
    '[WEB-66] home is shown in $lang before any script file has come, and taken over without a word',
    async (reader) => {
      const context = await newContext({ locale: reader.locale, colorScheme: 'light' })
      await context.addInitScript(() => localStorage.setItem('deskbell.theme', 'dark'))
      const page = await context.newPage()
      line.hold(/\.js$/)
      await page.goto(line.url, { waitUntil: 'commit' })
      await page.getByRole('heading', { level: 1, name: reader.heading }).waitFor()
      expect(await page.locator('html').getAttribute('lang')).toBe(reader.lang)
      expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
      expect(await page.title()).toMatch(/ – Deskbell$/)
      const drawn = await page.locator('main').innerHTML()
      line.mend()
      const watched = watchPage(page)
      await page.waitForFunction(() =>
        Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react')),
      )
      expect(await page.locator('main').innerHTML()).toBe(drawn)
      expect(watched.printed).toEqual([])
    },
  )
})

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/login`)
  await page.getByRole('textbox', { name: 'Email' }).fill('vera@example.com')
  await page.getByRole('textbox', { name: 'Name' }).fill('Vera')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function versionOf(page: Page): Promise<string> {
  return (await page.locator('meta[name="deskbell-version"]').getAttribute('content')) ?? ''
}

/** The worker has kept the whole shell, and answers this page. */
async function workerIsReady(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 20_000 })
}
