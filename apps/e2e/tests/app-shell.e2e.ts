import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchProfile } from '../src/browser.ts'
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

  /** A client who has written once, on a page whose worker has everything. */
  async function talking(name: string, context?: BrowserContext): Promise<Page> {
    const person = { email: `${name.toLowerCase()}@example.com`, name }
    const client = await signInAsClient(context ?? (await newContext()), proxy.url, person)
    await write(client, 'first')
    await client.locator('article[data-state="sent"]').waitFor()
    await workerIsReady(client)
    return client
  }

  test('[WEB-60] after signing in the composer takes text and sends it once, whatever the network does', async () => {
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
    // It is kept, also by a page that dies meanwhile.
    await page.reload()
    await messages(page, 'written without a server').waitFor()
    await expect.poll(() => composer(page).inputValue()).toBe('and still typing')
    proxy.mend()
    await page.locator('article[data-state="sent"]').waitFor()
    expect(await shownTexts(page)).toEqual(['written without a server'])
    await expect.poll(() => composer(page).inputValue()).toBe('and still typing')
    await page.waitForFunction(() => document.activeElement?.matches('textarea'))
  })

  test('[WEB-61] a client reloads offline, reads, writes, and everything leaves once', async () => {
    const client = await talking('Ofelia')
    await composer(client).fill('a draft')
    await client.context().setOffline(true)
    await client.reload()
    await messages(client, 'first').waitFor()
    await expect.poll(() => composer(client).inputValue()).toBe('a draft')
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
    await client.waitForURL(`${proxy.url}/`)
    const left = await client.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('.memory.')))
    expect(left).toEqual([])
  })

  test('[WEB-61] an operator reloads offline: the list and the open chat are there, and an answer waits', async () => {
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
    await client.goto(`${proxy.url}/api/docs`)
    await client.getByText('messages').first().waitFor()
  })

  test('[WEB-63] a deploy in the middle is offered, loses nothing, and is there after the reload', async () => {
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
    // The new worker has the new shell.
    await eventually(
      () => client.evaluate(() => caches.keys()),
      (names) => names.includes('deskbell-the-next-version-x'),
    )
  })

  test('[WEB-63] a worker that does harm can be taken out of every browser', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'deskbell-profile-'))
    let browser = await launchProfile(profile)
    const first = await talking('Sven', browser)
    proxy.replace('/sw.js', '/sw-off.js')
    // As the browser does by itself a moment after each opening of a page. The new worker takes its place when the old one
    // is idle; while it is watched, as here, that is when the browser is opened again.
    await first.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()))
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

  test('[WEB-62] a part whose file cannot be had leaves the page in place, and comes when the connection is back', async () => {
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

  test('[WEB-62] [WEB-63] a part that is gone with its version offers the new one', async () => {
    proxy.lose(/account-panel/)
    const person = { email: 'uma@example.com', name: 'Uma' }
    const client = await signInAsClient(await newContext({ serviceWorkers: 'block' }), proxy.url, person)
    proxy.deploy('one-more-version-y')
    await openAccountMenu(client)
    await client.getByText('A new version is available. Reload to continue.').first().waitFor()
    await expect.poll(() => composer(client).count()).toBe(1)
  })

  test('[WEB-64] a cookie that is not kept is said in words, and the form keeps what was typed', async () => {
    proxy.dropCookies()
    const page = await (await newContext()).newPage()
    await signIn(page, proxy.url)
    await page.getByText('This browser didn’t keep you signed in.').waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: 'Email' }).inputValue()).toBe('vera@example.com')
    proxy.mend()
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await composer(page).waitFor()
  })

  test('[WEB-64] a sign-in that nobody answers ends after ten seconds, in words', async () => {
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

  test('[WEB-65] each page has its title and its heading, and a change of page begins in it', async () => {
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

  test('[WEB-65] the title of the console names the open chat', async () => {
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
    '[WEB-66] home is shown in $lang before any script file has come, and taken over without a word',
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

/** The worker has kept the whole shell, and answers this page. */
async function workerIsReady(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}
