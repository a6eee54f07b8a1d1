import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { composer, messages, openAccountMenu, write } from '../../src/pages.ts'
import { admin, createSecureWorld, invite, passwords, type SecureWorld, tokenOf } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'
import { addAuthenticator } from '../../src/virtual-authenticator.ts'

const field = (page: Page, name: string) => page.getByRole('textbox', { name })
const password = (page: Page) => page.getByLabel('Password', { exact: true })

describe.skipIf(!tools.chromium)('pages of accounts', () => {
  let world: SecureWorld
  /** The bearer of the first admin, once the server has been set up. */
  let token: string

  beforeAll(async () => {
    world = await createSecureWorld()
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  // A blocked service worker prints a warning.
  const newPage = async () => await (await world.newContext({ serviceWorkers: 'allow' })).newPage()

  test('[WEB-103] the setup link makes the first admin: the token leaves the address at once, and a weak password is said at its field', async () => {
    const page = await newPage()
    await page.goto(world.setupLink)
    await page.getByRole('heading', { name: 'Set up Deskbell' }).waitFor()
    expect(page.url()).toBe(`${world.url}/setup`)
    await page.goBack()
    await page.goForward()
    await page.getByRole('heading', { name: 'This link doesn’t work' }).waitFor()

    await page.goto(world.setupLink)
    await field(page, 'Email').fill('grace')
    await page.getByRole('button', { name: 'Create admin account' }).click()
    await page.getByText('Enter a valid email').waitFor()
    await page.getByText('Use 10 characters or more.').waitFor()
    await field(page, 'Email').fill(admin.email)
    await field(page, 'Name').fill(admin.name)
    await page.getByText('At least 10 characters').waitFor()
    await password(page).fill('gracehopper')
    await page.getByRole('button', { name: 'Create admin account' }).click()
    await page.getByText('This password is easy to guess.').waitFor()
    expect(await password(page).getAttribute('aria-invalid')).toBe('true')
    await password(page).fill(admin.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.getByText('No open chats.').waitFor()
    await page.reload()
    await page.getByText('No open chats.').waitFor()

    const later = await newPage()
    await later.goto(world.setupLink)
    await field(later, 'Email').fill('eve@example.test')
    await field(later, 'Name').fill('Eve')
    await password(later).fill(passwords.operator)
    await later.keyboard.press('Enter')
    await later.getByRole('heading', { name: 'This link doesn’t work' }).waitFor()
    await later.getByRole('link', { name: 'Go to sign-in' }).click()
    await later.getByRole('heading', { name: 'Sign in as an operator' }).waitFor()
    token = await signInByRest(world.url)
  })

  test('[WEB-103] an invitation makes an operator once, and a second link in the same tab takes the place of the first', async () => {
    const first = await invite(world.url, token, { email: 'ada@example.test' })
    const second = await invite(world.url, token, { email: 'ada@example.test' })
    const page = await newPage()
    await page.goto(first)
    await field(page, 'Name').fill('Ada')
    await password(page).fill(passwords.operator)
    await page.keyboard.press('Enter')
    await page.getByText('ask an admin for a new one').waitFor()
    await page.evaluate((hash) => {
      location.hash = hash
    }, tokenOf(second))
    await field(page, 'Name').fill('Ada')
    expect(page.url()).toBe(`${world.url}/invitation`)
    await password(page).fill(passwords.operator)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.getByText('No open chats.').waitFor()
  })

  test('[WEB-102] an operator signs in by email and password, and is told in words why not', async () => {
    const page = await newPage()
    const watched = watchPage(page)
    await page.goto(`${world.url}/login-operator?chat=7`)
    await page.getByRole('heading', { name: 'Sign in as an operator' }).waitFor()
    expect(await field(page, 'Name').count()).toBe(0)
    expect(await page.getByText('Demo').count()).toBe(0)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter an email address.').waitFor()
    await page.getByText('Enter the password.').waitFor()
    await field(page, 'Email').fill(admin.email)
    await password(page).fill(`${admin.password}!`)
    await page.getByRole('button', { name: 'Show password' }).click()
    expect(await password(page).getAttribute('type')).toBe('text')
    expect(watched).toMatchObject({ printed: [], calls: [] })
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Wrong email or password.').waitFor()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Can’t reach the server.').waitFor()
    await page.context().setOffline(false)
    await password(page).fill(admin.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/\/chats\/\d+\?chat=7$/)
  })

  test('[WEB-102] after ten wrong passwords the page says when to try again', async () => {
    const page = await newPage()
    await page.goto(`${world.url}/login-operator`)
    await field(page, 'Email').fill('mallory@example.test')
    await password(page).fill('not the password')
    const button = page.getByRole('button', { name: 'Sign in' })
    for (let tries = 1; tries <= 10; tries += 1) {
      const answered = page.waitForResponse(/auth\.signIn/)
      await button.click()
      expect((await answered).status()).toBe(401)
      await button.and(page.locator(':not([aria-busy])')).waitFor()
    }
    await button.click()
    await page.getByText(/^Too many attempts\. Try again in 1[45] minutes\.$/).waitFor()
  })

  test('[WEB-115] [WEB-129] without mail the page says whom to ask, and why no passkey signed in', async () => {
    const page = await newPage()
    await addAuthenticator(page)
    await page.goto(`${world.url}/login-operator`)
    await page.getByRole('button', { name: 'Forgot password?' }).click()
    await page.getByText('Ask an admin for a link to choose a new password.').waitFor()
    const passkey = page.getByRole('button', { name: 'Use a passkey' })
    await passkey.click()
    await page.getByText('No passkey was used.').waitFor()
    await page.evaluate(() => Object.assign(globalThis, { PublicKeyCredential: undefined }))
    await passkey.click()
    await page.getByText('This browser can’t use passkeys.').waitFor()
  })

  test('[WEB-102] both sign-in pages of secure mode are in the HTML, and hydration changes nothing', async () => {
    for (const path of ['/login', '/login-operator']) {
      const page = await newPage()
      const watched = watchPage(page)
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      await page.route(/\.js$/, async (route) => {
        await held
        await route.continue()
      })
      await page.goto(`${world.url}${path}`, { waitUntil: 'commit' })
      await page.getByRole('heading', { level: 1 }).waitFor()
      const box = field(page, path === '/login' ? 'Your name' : 'Email')
      await box.fill('typed early')
      const drawn = await page.locator('main').innerHTML()
      release()
      await page.waitForFunction(() =>
        Object.keys(document.querySelector('main') ?? {}).some((key) => key.startsWith('__react')),
      )
      expect(await box.inputValue()).toBe('typed early')
      expect((await page.locator('main').innerHTML()).replaceAll(' autofocus=""', '')).toBe(drawn)
      expect(watched.printed).toEqual([])
    }
  })

  test('[WEB-104] a client starts by a press, with a name or none, and its chat survives a reload', async () => {
    const page = await newPage()
    const watched = watchPage(page)
    await page.goto(world.url)
    await page.getByRole('link', { name: 'Login as Client' }).click()
    await page.getByRole('heading', { name: 'Start a chat' }).waitFor()
    expect(watched.calls).toEqual([])
    expect(await page.context().cookies()).toEqual([])
    await field(page, 'Your name').fill('Vera')
    await page.getByRole('button', { name: 'Start chat' }).click()
    await composer(page).waitFor()
    await write(page, 'Where is my parcel?')
    await messages(page, 'Where is my parcel?').waitFor()
    await page.reload()
    await messages(page, 'Where is my parcel?').waitFor()
    await page.goto(`${world.url}/login`)
    await page.getByRole('link', { name: 'Open my chat' }).click()
    await messages(page, 'Where is my parcel?').waitFor()
    expect(watched.printed).toEqual([])

    const nameless = await newPage()
    await nameless.goto(`${world.url}/login`)
    await nameless.getByRole('button', { name: 'Start chat' }).click()
    await nameless.getByRole('button', { name: /^Account: Guest \d{4}$/ }).waitFor()
  })

  test('[WEB-104] signing out tells a guest what is lost, and asks', async () => {
    const page = await newPage()
    await page.goto(`${world.url}/login`)
    await page.getByRole('button', { name: 'Start chat' }).click()
    await composer(page).waitFor()
    await openAccountMenu(page)
    expect(await page.getByRole('button', { name: 'Switch user' }).count()).toBe(0)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('only this browser can open your chats').waitFor()
    await dialog.getByRole('button', { name: 'Stay signed in' }).click()
    await dialog.waitFor({ state: 'detached' })
    await openAccountMenu(page)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await dialog.getByRole('button', { name: 'Sign out and lose my chats' }).click()
    await page.waitForURL(`${world.url}/`)
    expect(await page.context().cookies()).toEqual([])
  })
})

async function signInByRest(url: string): Promise<string> {
  const { email, password } = admin
  const response = await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return (await response.json()).token
}
