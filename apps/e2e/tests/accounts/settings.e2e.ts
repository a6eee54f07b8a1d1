import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../../src/eventually.ts'
import { openAccountMenu, press, settingsRow } from '../../src/pages.ts'
import {
  admin,
  createSecureWorld,
  openAs,
  operatorOf,
  passwords,
  post,
  type SecureWorld,
  setUp,
  tokenOf,
} from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('the settings of operators', () => {
  let world: SecureWorld
  let token: string

  beforeAll(async () => {
    world = await createSecureWorld()
    token = await setUp(world)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    return await openAs(await world.newContext(options), world.url, { ...admin, path })
  }

  test('[WEB-105] the account menu leads to the settings, and back to the inbox', async () => {
    const page = await open('/chats/0')
    await openAccountMenu(page)
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('heading', { name: 'My account' }).waitFor()
    expect(await page.title()).toBe('My account – Deskbell')
    expect(new URL(page.url()).pathname).toBe('/settings/account')
    await page.getByRole('link', { name: 'Operators' }).click()
    await page.getByRole('heading', { name: 'Operators' }).waitFor()
    await page.reload()
    await settingsRow(page, admin.name).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Change password' }).waitFor()
    await page.getByRole('link', { name: 'Back to inbox' }).click()
    await page.getByText('No open chats.').waitFor()
  })

  test('[WEB-105] an operator changes the password, which ends the other sessions', async () => {
    const ada = await operatorOf(world, token, 'Ada')
    const page = await openAs(await world.newContext(), world.url, { ...ada, path: '/settings/account' })
    const other = await openAs(await world.newContext(), world.url, ada)
    await page.reload()
    await eventually(
      () => settingsRow(page, 'Signed in on').count(),
      (count) => count === 3,
    )
    await page.getByLabel('Current password').fill('not the password')
    await page.getByLabel('New password').fill('adalovelace')
    await press(page, 'Change password')
    await page.getByText('This isn’t your current password.').waitFor()
    await page.getByLabel('Current password').fill(ada.password)
    await press(page, 'Change password')
    await page.getByText('This password is easy to guess.').waitFor()
    await page.getByLabel('New password').fill('copper harbor tulip 55')
    await press(page, 'Change password')
    await page.getByText('Password changed.').waitFor()
    expect(await page.getByLabel('New password').inputValue()).toBe('')
    await other.getByText('You’re signed out.').waitFor()
    await expect.poll(() => settingsRow(page, 'Signed in on').count()).toBe(1)
    await settingsRow(page, 'This browser').waitFor()
  })

  test('[WEB-105] an operator signs out another browser, and not this one', async () => {
    const bob = await operatorOf(world, token, 'Bob')
    const elsewhere = await openAs(await world.newContext(), world.url, bob)
    const page = await openAs(await world.newContext(), world.url, { ...bob, path: '/settings/account' })
    await settingsRow(page, 'This browser').waitFor()
    expect(await settingsRow(page, 'This browser').getByRole('button').count()).toBe(0)
    const others = page.getByRole('button', { name: /^Sign out there: / })
    await eventually(
      () => others.count(),
      (count) => count === 2,
    )
    // Newest first: the browser signed in after the program that accepted the invitation.
    await others.first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out there' }).click()
    await elsewhere.getByText('You’re signed out.').waitFor()
    await expect.poll(() => others.count()).toBe(1)
  })

  test('[WEB-106] the last admin is told in words why it stays one', async () => {
    const page = await open('/settings/operators')
    expect(await page.getByRole('button', { name: `Disable: ${admin.name}` }).count()).toBe(0)
    await press(page, `Make operator: ${admin.name}`)
    await page.getByRole('dialog').getByRole('button', { name: 'Make operator' }).click()
    await page.getByRole('dialog').getByText('This is the only admin who can sign in.').waitFor()
    await page.keyboard.press('Escape')
    await settingsRow(page, admin.name).getByText('Admin', { exact: true }).waitFor()
  })

  test('[WEB-106] an admin invites an operator: the link is shown once, can be copied, and works', async () => {
    const page = await open('/settings/operators', { permissions: ['clipboard-read', 'clipboard-write'] })
    await press(page, 'Invite operator')
    const dialog = page.getByRole('dialog')
    const email = dialog.getByRole('textbox', { name: 'Email' })
    await expect.poll(() => email.evaluate((field) => field === document.activeElement)).toBe(true)
    await email.fill(admin.email)
    await page.keyboard.press('Enter')
    await dialog.getByText('There’s already an account with this email.').waitFor()
    await email.fill('carol@example.test')
    await dialog.getByRole('radio', { name: /^Admin/ }).check()
    await page.keyboard.press('Enter')
    await dialog.getByText('Send this link to carol@example.test.').waitFor()
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    const link = await dialog.getByRole('textbox', { name: 'Link' }).inputValue()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await post(`${world.url}/api/auth/accept`, { token: tokenOf(link), name: 'Carol', password: passwords.operator })
    await page.reload()
    await settingsRow(page, 'Carol').getByText('Admin', { exact: true }).waitFor()
  })

  test('[WEB-106] an admin disables and enables an operator, and changes what it may do', async () => {
    const dan = await operatorOf(world, token, 'Dan')
    const his = await openAs(await world.newContext(), world.url, dan)
    const page = await open('/settings/operators')
    const dialog = page.getByRole('dialog')
    await press(page, 'Make admin: Dan')
    await dialog.getByRole('button', { name: 'Make admin' }).click()
    await settingsRow(page, 'Dan').getByText('Admin', { exact: true }).waitFor()
    await his.getByText('You’re signed out.').waitFor()
    await press(page, 'Disable: Dan')
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await press(page, 'Disable: Dan')
    await dialog.getByText('their open chats return to the queue').waitFor()
    await dialog.getByRole('button', { name: 'Disable' }).click()
    await settingsRow(page, 'Dan').getByText('Disabled').waitFor()
    await press(page, 'Enable: Dan')
    await dialog.getByRole('button', { name: 'Enable' }).click()
    await page.getByRole('button', { name: 'Disable: Dan' }).waitFor()
  })

  test('[WEB-106] who is no admin sees names and access only, and nothing else of the settings', async () => {
    const eve = await operatorOf(world, token, 'Eve')
    const page = await openAs(await world.newContext(), world.url, { ...eve, path: '/settings/operators' })
    await settingsRow(page, admin.name).waitFor()
    expect(await page.getByText(admin.email).count()).toBe(0)
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0)
    const links = page.getByRole('navigation', { name: 'Settings' }).getByRole('link')
    expect(await links.allTextContents()).toEqual(['Back to inbox', 'My account', 'Operators'])
    await page.goto(`${world.url}/settings/keys`)
    await page.getByText('Only admins can open this page.').waitFor()
  })

  test('[WEB-107] an admin makes a key, whose secret is shown once, and deletes it', async () => {
    const page = await open('/settings/keys')
    const dialog = page.getByRole('dialog')
    await page.getByText('There are no keys yet.').waitFor()
    await press(page, 'New key')
    await dialog.getByRole('textbox', { name: 'Name' }).fill('CRM sync')
    await dialog.getByRole('radio', { name: /^Read and send/ }).check()
    await dialog.getByRole('button', { name: 'Make key' }).click()
    const secret = await dialog.getByRole('textbox', { name: 'Key' }).inputValue()
    expect(secret).toMatch(/^dbk_/)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain(secret)
    await settingsRow(page, 'CRM sync').getByText('Never used.').waitFor()
    const call = async () =>
      (await fetch(`${world.url}/api/chats`, { headers: { authorization: `Bearer ${secret}` } })).status
    expect(await call()).toBe(200)
    await press(page, 'Delete: CRM sync')
    await dialog.getByText('stop working at once').waitFor()
    await dialog.getByRole('button', { name: 'Delete key' }).click()
    await page.getByText('There are no keys yet.').waitFor()
    expect(await call()).toBe(401)
  })

  test('[WEB-108] the audit log says who did what, newest first, and loads earlier entries', async () => {
    for (let count = 0; count < 55; count += 1)
      await post(
        `${world.url}/api/operators/invitations`,
        { email: `many-${count}@example.test`, access: 'operator' },
        token,
      )
    const page = await open('/settings/audit')
    const newest = settingsRow(page, 'many-54@example.test')
    await newest.getByText('Grace Hopper: invited an operator').waitFor()
    await newest.getByText('operators.invite').waitFor()
    const first = page.getByRole('main').getByRole('listitem').first()
    expect(await first.textContent()).toContain('many-54@example.test')
    expect(await settingsRow(page, 'many-0@example.test').count()).toBe(0)
    const earlier = page.getByRole('button', { name: 'Show earlier' })
    await earlier.click()
    await settingsRow(page, 'many-0@example.test').waitFor()
    await eventually(
      async () => {
        if (await earlier.isVisible()) await earlier.click()
        return await settingsRow(page, 'set up the server').count()
      },
      (count) => count === 1,
    )
    await earlier.waitFor({ state: 'detached' })
  })

  test('[WEB-10] the keyboard alone makes a key and deletes it', async () => {
    const page = await open('/settings/keys')
    await page.getByText('There are no keys yet.').waitFor()
    await page.getByRole('button', { name: 'New key' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('Robot')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByText('It won’t be shown again.').waitFor()
    await page.keyboard.press('Escape')
    await settingsRow(page, 'Robot').getByText('Send', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Delete: Robot' }).focus()
    await page.keyboard.press('Enter')
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete key' })
    await eventually(
      async () => {
        await page.keyboard.press('Tab')
        return await confirm.evaluate((button) => button === document.activeElement)
      },
      (isFocused) => isFocused,
    )
    await page.keyboard.press('Enter')
    await page.getByText('There are no keys yet.').waitFor()
  })
})
