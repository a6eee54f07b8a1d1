import { readFile } from 'node:fs/promises'
import { execute } from '@deskbell/testkit/execute'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { press } from '../../src/pages.ts'
import {
  type Account,
  createSecureWorld,
  openAs,
  operatorOf,
  passwords,
  type SecureWorld,
  setUp,
} from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'
import { addAuthenticator } from '../../src/virtual-authenticator.ts'

describe.skipIf(!tools.chromium)('sign-in security in the settings', () => {
  let world: SecureWorld
  let admin: string

  beforeAll(async () => {
    world = await createSecureWorld()
    admin = await setUp(world)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const row = (page: Page, text: string) =>
    page.getByRole('region', { name: 'Sign-in security' }).getByRole('listitem').filter({ hasText: text })
  const codes = (page: Page) => page.getByRole('dialog', { name: 'Recovery codes' }).getByRole('listitem')

  /** Opens the settings of a new operator. */
  async function open(name: string): Promise<{ page: Page; account: Account }> {
    const account = await operatorOf(world, admin, name)
    const context = await world.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    const page = await openAs(context, world.url, { ...account, path: '/settings/account' })
    await row(page, 'Authenticator app').waitFor()
    return { page, account }
  }

  /** As if the last proof of every session were long ago. */
  const endProofs = () => execute(world.databaseUrl ?? '', 'update sessions set proved_at = null')

  async function signIn(page: Page, { email, password }: Account): Promise<void> {
    await page.context().clearCookies()
    await page.goto(`${world.url}/login-operator`)
    await page.getByRole('textbox', { name: 'Email' }).fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
  }

  test('[WEB-110] [WEB-129] a passkey is added and renamed, signs in after the password and alone, and is removed after a proof by it', async () => {
    const { page, account } = await open('Ada')
    await addAuthenticator(page)
    await press(page, 'Add passkey')
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' })
    await name.press('Enter')
    await page.getByText('Enter a name.').waitFor()
    await name.fill('Work laptop')
    await name.press('Enter')
    await expect.poll(() => codes(page).count()).toBe(10)
    await press(page, 'Done')
    await row(page, 'Work laptop').getByText('not used yet').waitFor()
    await row(page, 'Recovery codes').getByText('10 codes left.').waitFor()

    await press(page, 'Add passkey')
    await name.fill('The same')
    await name.press('Enter')
    await page.getByText('This device already has a passkey for your account.').waitFor()
    expect(await name.inputValue()).toBe('The same')
    await press(page, 'Cancel')

    await signIn(page, account)
    await press(page, 'Use your passkey')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.goto(`${world.url}/settings/account`)
    await row(page, 'Work laptop').getByText('last used on').waitFor()

    await press(page, 'Rename passkey: Work laptop')
    expect(await name.inputValue()).toBe('Work laptop')
    await name.fill('Kitchen laptop')
    await name.press('Enter')
    await row(page, 'Kitchen laptop').getByText('last used on').waitFor()
    expect(await row(page, 'Work laptop').count()).toBe(0)

    await page.context().clearCookies()
    await page.goto(`${world.url}/login-operator`)
    await press(page, 'Use a passkey')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.goto(`${world.url}/settings/account`)

    await endProofs()
    await press(page, 'Remove passkey: Kitchen laptop')
    await page.getByText('It’s your only second step').waitFor()
    await press(page, 'Remove')
    await page.getByRole('dialog', { name: 'Confirm it’s you' }).waitFor()
    await press(page, 'Use your passkey')
    await row(page, 'Passkeys').getByText('None yet.').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(await row(page, 'Recovery codes').count()).toBe(0)
  })

  test('[WEB-111] an app for codes is set up by keyboard alone, by a QR code or its key, and asked for when signing in', async () => {
    const { page, account } = await open('Edsger')
    await page.getByRole('button', { name: 'Set up authenticator app' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Continue' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
    const key = await page.getByLabel('Or enter this key in the app').inputValue()
    const app = await page.getByRole('link', { name: 'Or open the app on this device' }).getAttribute('href')
    expect(new URL(app ?? '').searchParams.get('secret')).toBe(key)
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('code')
    await page.keyboard.type('12')
    await page.keyboard.press('Enter')
    await page.getByText('This code is wrong. Check the time on your phone').waitFor()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type(oneTimeCode(key, new Date()))
    await page.keyboard.press('Enter')
    await expect.poll(() => codes(page).count()).toBe(10)
    await page.keyboard.press('Escape')
    await row(page, 'Authenticator app').getByText('On', { exact: true }).waitFor()

    await signIn(page, account)
    await page.getByRole('textbox', { name: 'Code from your app' }).waitFor()
    // The one of the next half minute: each counts once.
    await page.keyboard.type(oneTimeCode(key, new Date(Date.now() + 30_000)))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.goto(`${world.url}/settings/account`)
    await press(page, 'Remove authenticator app')
    await press(page, 'Remove')
    await row(page, 'Authenticator app').getByText('Off.').waitFor()
  })

  test('[WEB-112] an act that needs a proof asks for it once and then happens; a wrong one is said, and giving up changes nothing', async () => {
    const { page } = await open('Barbara')
    await endProofs()
    await press(page, 'Set up authenticator app')
    await press(page, 'Continue')
    const asked = page.getByRole('dialog', { name: 'Confirm it’s you' })
    const password = asked.getByLabel('Password', { exact: true })
    await password.fill('not the password')
    await password.press('Enter')
    await asked.getByText('This isn’t your password.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Confirm it’s you to do this.').waitFor()
    await press(page, 'Continue')
    await password.fill(passwords.operator)
    await password.press('Enter')
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
    expect(await asked.count()).toBe(0)
  })

  test('[WEB-113] recovery codes are shown once, copied, kept as a file and printed alone, and new ones replace them', async () => {
    const { page, account } = await open('Grete')
    await press(page, 'Set up authenticator app')
    await press(page, 'Continue')
    const key = await page.getByLabel('Or enter this key in the app').inputValue()
    await page.getByRole('textbox', { name: 'Code from your app' }).fill(oneTimeCode(key, new Date()))
    await page.keyboard.press('Enter')
    await expect.poll(() => codes(page).count()).toBe(10)
    await press(page, 'Done')

    await press(page, 'New codes')
    await page
      .getByRole('dialog', { name: 'Make new recovery codes?' })
      .getByRole('button', { name: 'New codes' })
      .click()
    await expect.poll(() => codes(page).count()).toBe(10)
    const shown = await codes(page).allInnerTexts()
    await press(page, 'Copy')
    await page.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${shown.join('\n')}\n`)
    const [file] = await Promise.all([page.waitForEvent('download'), press(page, 'Download')])
    expect(file.suggestedFilename()).toBe('deskbell-recovery-codes.txt')
    expect(await readFile(await file.path(), 'utf8')).toContain(shown.join('\n'))
    await page.emulateMedia({ media: 'print' })
    const printed = page.locator('pre')
    expect(await printed.isVisible()).toBe(true)
    expect(await printed.textContent()).toBe(`${shown.join('\n')}\n`)
    expect(await page.getByRole('heading', { name: 'My account' }).isVisible()).toBe(false)
    await page.emulateMedia({ media: 'screen' })
    await press(page, 'Done')
    expect(await page.content()).not.toContain(shown[0])

    await signIn(page, account)
    await press(page, 'Recovery code')
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(shown[0]?.toUpperCase() ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
    await page.goto(`${world.url}/settings/account`)
    await row(page, 'Recovery codes').getByText('9 codes left.').waitFor()
  })
})
