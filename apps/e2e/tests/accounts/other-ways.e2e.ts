import { freePort } from '@deskbell/testkit/free-port'
import { startProvider, type TestProvider } from '@deskbell/testkit/oidc/test-provider'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { admin, createSecureWorld, invite, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('other ways to sign in', () => {
  let world: SecureWorld
  let provider: TestProvider
  let token: string
  beforeAll(async () => {
    const smtpPort = await freePort()
    world = await createSecureWorld(async (port) => {
      provider = await startProvider({ redirectUri: `http://localhost:${port}/auth/oidc/callback` })
      return {
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: provider.clientId,
        OIDC_CLIENT_SECRET: provider.clientSecret,
        OIDC_ALLOWED: '@example.test',
        OIDC_NAME: 'Example SSO',
        // Nobody answers there: what the page says does not depend on it.
        SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
        MAIL_FROM: 'desk@example.test',
      }
    })
    token = await setUp(world)
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    await provider?.[Symbol.asyncDispose]()
  })

  const openSignIn = async (): Promise<Page> => {
    const page = await (await world.newContext({ serviceWorkers: 'allow' })).newPage()
    await page.goto(`${world.url}/login-operator`)
    return page
  }
  const atProvider = (page: Page) => page.getByRole('link', { name: 'Continue with Example SSO' }).click()

  test('[WEB-114] somebody without an invitation is told so, and with one gets in', async () => {
    provider.person = { sub: 'bob', email: 'bob@example.test', email_verified: true, name: 'Bob' }
    const page = await openSignIn()
    const watched = watchPage(page)
    await atProvider(page)
    await page.getByRole('alert').filter({ hasText: 'Ask an admin for an invitation.' }).waitFor()
    await invite(world.url, token, { email: 'bob@example.test' })
    await atProvider(page)
    await page.waitForURL(/\/chats\/\d+$/)
    await page.getByText('No open chats.').waitFor()
    expect(watched.printed).toEqual([])
  })

  test('[WEB-114] an account is connected by one sign-in with its password, and the provider is enough from then on', async () => {
    provider.person = { sub: 'grace', email: admin.email, email_verified: true, name: admin.name }
    const page = await openSignIn()
    await atProvider(page)
    await page.getByText('Sign in with your password once to connect it to Example SSO.').waitFor()
    await page.getByRole('textbox', { name: 'Email' }).fill(admin.email)
    await page.getByLabel('Password', { exact: true }).fill(admin.password)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
    const later = await openSignIn()
    await atProvider(later)
    await later.waitForURL(/\/chats\/\d+$/)
  })

  test('[WEB-115] a link for a forgotten password is sent, and the page says the same for every address', async () => {
    const page = await openSignIn()
    await page.getByRole('button', { name: 'Forgot password?' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send link' }).waitFor()
    const box = page.getByRole('textbox', { name: 'Email' }).last()
    await box.fill('nobody@example.test')
    await box.press('Enter')
    await page.getByRole('status').filter({ hasText: 'a link to choose a new password is on its way' }).waitFor()
  })

  test('[WEB-114] with PASSWORDS=off the page asks for no password, and the provider lets in', async () => {
    await world.server.restart({ PASSWORDS: 'off' })
    provider.person = { sub: 'grace', email: admin.email, email_verified: true, name: admin.name }
    const page = await openSignIn()
    await page.getByRole('link', { name: 'Continue with Example SSO' }).waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
    expect(await page.getByRole('main').getByRole('button').allTextContents()).toEqual(['Use a passkey'])
    await atProvider(page)
    await page.waitForURL(/\/chats\/\d+$/)
  })
})
