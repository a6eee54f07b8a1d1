import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchProfile } from '../../src/browser.ts'
import { eventually } from '../../src/eventually.ts'
import { watchPage } from '../../src/page-watch.ts'
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
import { type DeployProxy, startDeployProxy } from '../../src/proxies/deploy-proxy.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

/** Matches all calls, streams and sockets. Holding them looks like a server that does not answer. */
const everyCall = /^\/(?:trpc|api)/

describe.skipIf(!tools.chromium)('the app shell', () => {
  let world: World
  let proxy: DeployProxy
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    world = await createWorld()
    proxy = await startDeployProxy(world.url)
  })
  afterEach(async () => {
    proxy.mend()
    for (const context of contexts.splice(0)) await context.close()
  })
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    await world?.[Symbol.asyncDispose]()
  })

  async function newContext(options?: BrowserContextOptions): Promise<BrowserContext> {
    const context = await world.newContext({ serviceWorkers: 'allow', ...options })
    contexts.push(context)
    return context
  }

  /** Returns the page of a client who has sent one message. Its service worker has cached the app shell. */
  async function talking(name: string, context?: BrowserContext): Promise<Page> {
    const person = { email: `${name.toLowerCase()}@example.com`, name }
    const client = await signInAsClient(context ?? (await newContext()), proxy.url, person)
    await write(client, 'first')
    await client.locator('article[data-state="sent"]').waitFor()
    await workerIsReady(client)
    return client
  }

  test('[WEB-60] while no call but the sign-in is answered, the composer takes text, keeps it over a reload, and sends it once later', async () => {
    const page = await (await newContext()).newPage()
    await page.goto(`${proxy.url}/login`)
    await page.waitForFunction(() => document.activeElement?.matches('[name="email"]'))
    await page.keyboard.type('held@example.com')
    await page.getByRole('textbox', { name: 'Name' }).fill('Held')
    proxy.hold(/^\/trpc(?!\/users\.login)/)
    await page.keyboard.press('Enter')
    await composer(page).waitFor()
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
    await page.keyboard.type('written without a server')
    await page.keyboard.press('Enter')
    await messages(page, 'written without a server').waitFor()
    await page.keyboard.type('and still typing')
    // Both the message and the draft survive a reload.
    await page.reload()
    await messages(page, 'written without a server').waitFor()
    await expect.poll(() => composer(page).inputValue()).toBe('and still typing')
    proxy.mend()
    await page.locator('article[data-state="sent"]').waitFor()
    expect(await shownTexts(page)).toEqual(['written without a server'])
    await expect.poll(() => composer(page).inputValue()).toBe('and still typing')
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
  })

  test('[WEB-61] a client reads and writes after an offline reload, and each message is sent once; signing out deletes the stored chats', async () => {
    const client = await talking('Ofelia')
    await composer(client).fill('a draft')
    await client.context().setOffline(true)
    await client.reload()
    await messages(client, 'first').waitFor()
    await expect.poll(() => composer(client).inputValue()).toBe('a draft')
    await write(client, 'offline one')
    await write(client, 'offline two')
    // Code that is loaded after the page is available too.
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
    await client.waitForURL(`${proxy.url}/`)
    const left = await client.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.memory.')))
    expect(left).toEqual([])
  })

  test('[WEB-61] an operator sees the list and the open chat after an offline reload, and an answer is sent when the connection is back', async () => {
    const client = await talking('Pia')
    const person = { email: 'op-pia@example.com', name: 'Oskar' }
    const operator = await signInAsOperator(await newContext(), proxy.url, person)
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
    await messages(client, 'an answer from the train').waitFor()
    expect(await shownTexts(client)).toEqual(['first', 'an answer from the train'])
  })

  test('[WEB-61] the service worker caches the pages and their files, but no answers of the API, and other addresses still load', async () => {
    const client = await talking('Quinn')
    const kept = await client.evaluate(async () => {
      const names = await caches.keys()
      const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return all.flat().map(({ url }) => new URL(url).pathname)
    })
    const isFile = (path: string) => /^\/(?:assets\/[^/]+|favicon\.svg|icon-192\.png|manifest\.webmanifest)$/.test(path)
    expect(kept.filter((path) => !isFile(path)).toSorted()).toEqual(['/', '/chats/0', '/login', '/login-operator'])
    await client.goto(`${proxy.url}/api/docs`)
    await client.getByText('messages').first().waitFor()
  })

  test('[WEB-63] an open page offers a new version, and messages and the draft survive the reload to it', async () => {
    const client = await talking('Rita')
    await composer(client).fill('half a sentence')
    proxy.deploy('the-next-version-x')
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
    await expect.poll(() => composer(client).inputValue()).toBe('half a sentence')
    // The new service worker has cached the new version.
    await eventually(
      () => client.evaluate(() => caches.keys()),
      (names) => names.includes('deskbell-the-next-version-x'),
    )
  })

  test('[WEB-63] replacing sw.js by sw-off.js clears the caches of browsers, and the page works without them', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'deskbell-profile-'))
    let browser = await launchProfile(profile)
    const first = await talking('Sven', browser)
    proxy.replace('/sw.js', '/sw-off.js')
    // Browsers look for a new worker soon after each navigation; `update` does so now. The new worker takes over when
    // the old one is idle. Under Playwright that happens only when the browser is closed.
    await first.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()))
    // One that is still being installed is lost when the browser is closed.
    await first.waitForFunction(async () => (await navigator.serviceWorker.ready).installing === null)
    await browser.close()
    browser = await launchProfile(profile)
    const client = await browser.newPage()
    await client.goto(first.url())
    await eventually(
      () => client.evaluate(async () => (await caches.keys()).length),
      (count) => count === 0,
    )
    await write(client, 'goes on without it')
    await messages(client, 'goes on without it').waitFor()
    await browser.close()
    await rm(profile, { recursive: true, force: true })
  })

  test('[WEB-62] a part whose file cannot be loaded shows an error in its place, and loads when the connection is back', async () => {
    proxy.lose(/account-panel/)
    const person = { email: 'tess@example.com', name: 'Tess' }
    const client = await signInAsClient(await newContext({ serviceWorkers: 'block' }), proxy.url, person)
    await composer(client).fill('still here')
    await openAccountMenu(client)
    await client.getByText('This part couldn’t be loaded.').waitFor()
    await expect.poll(() => composer(client).inputValue()).toBe('still here')
    proxy.mend()
    await client.evaluate(() => window.dispatchEvent(new Event('online')))
    await client.getByRole('button', { name: 'Sign out' }).waitFor()
    await expect.poll(() => composer(client).inputValue()).toBe('still here')
  })

  test('[WEB-62] [WEB-63] a part whose file is missing since a deploy offers the new version', async () => {
    proxy.lose(/account-panel/)
    const person = { email: 'uma@example.com', name: 'Uma' }
    const client = await signInAsClient(await newContext({ serviceWorkers: 'block' }), proxy.url, person)
    proxy.deploy('one-more-version-y')
    await openAccountMenu(client)
    await client.getByText('A new version is available. Reload to continue.').first().waitFor()
    await expect.poll(() => composer(client).count()).toBe(1)
  })

  test('[WEB-64] a browser that drops the session cookie gets an error, and the form keeps the address', async () => {
    proxy.dropCookies()
    const page = await (await newContext()).newPage()
    await signIn(page, proxy.url)
    await page.getByText('This browser didn’t keep you signed in.').waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('vera@example.com')
    proxy.mend()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await composer(page).waitFor()
  })

  test('[WEB-64] a sign-in without an answer fails after ten seconds with an error, and the form keeps the address', async () => {
    const page = await (await newContext()).newPage()
    await page.clock.install()
    proxy.hold(everyCall)
    await signIn(page, proxy.url)
    await page.getByRole('button', { name: 'Signing in…' }).waitFor()
    await page.clock.fastForward(10_000)
    await page.getByRole('alert').filter({ hasText: 'Check your connection' }).waitFor()
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('vera@example.com')
  })

  test('[WEB-65] each page has its own title and one main heading, and a change of page moves the focus and the scroll to its start', async () => {
    const page = await (await newContext({ viewport: { width: 900, height: 320 } })).newPage()
    await page.goto(proxy.url)
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
    await page.goto(`${proxy.url}/nowhere`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await look()
    const titles = seen.map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
    expect(titles.every((title) => title.endsWith(' – Deskbell'))).toBe(true)
    expect(seen.map(({ headings }) => headings)).toEqual(seen.map(() => 1))
  })

  test('[WEB-65] the title of the console names the open chat, and otherwise the inbox', async () => {
    await talking('Wanda')
    const person = { email: 'op-wanda@example.com', name: 'Otto' }
    const operator = await signInAsOperator(await newContext(), proxy.url, person)
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
    '[WEB-66] the home page is shown in $lang and dark before any script file loads, and hydration changes and prints nothing',
    async (reader) => {
      const context = await newContext({ locale: reader.locale, colorScheme: 'light' })
      await context.addInitScript(() => localStorage.setItem('deskbell.theme', 'dark'))
      const page = await context.newPage()
      proxy.hold(/\.js$/)
      await page.goto(proxy.url, { waitUntil: 'commit' })
      await page.getByRole('heading', { level: 1, name: reader.heading }).waitFor()
      await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(reader.lang)
      await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
      expect(await page.title()).toMatch(/ – Deskbell$/)
      const drawn = await page.locator('main').innerHTML()
      proxy.mend()
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

/** Waits until the service worker controls the page. By then it has cached the whole app shell. */
async function workerIsReady(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}
