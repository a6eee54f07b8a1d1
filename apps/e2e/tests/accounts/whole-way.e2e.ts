import { freePort } from '@deskbell/testkit/free-port'
import type { Page } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { watchPage } from '../../src/page-watch.ts'
import { messages, press, settingsRow, write } from '../../src/pages.ts'
import { admin, createSecureWorld, passwords } from '../../src/secure-world.ts'
import { startSigningSite } from '../../src/signing-site.ts'
import { tools } from '../../src/tools.ts'
import { addAuthenticator } from '../../src/virtual-authenticator.ts'

const ada = { name: 'Ada Lovelace', email: 'ada@example.test', password: passwords.operator }

const confirm = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name }).click()

/** Fills in what the link of an account asks for. */
async function choose(page: Page, { name, password }: { name: string; password: string }): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  // On a busy machine the page may say that the server did not answer in time, and to try again.
  const button = page.getByRole('button', { name: /^Create / }).and(page.locator(':not([aria-busy])'))
  await expect
    .poll(async () => {
      if (await button.isVisible()) await button.click()
      return page.url()
    })
    .toMatch(/\/chats\/\d+$/)
}

describe.skipIf(!tools.chromium)('secure mode from the first start on', () => {
  test('[WEB-127] [WEB-128] setup, invitation, passkey, a verified client, an ended session, and a disabled operator', async () => {
    const sitePort = await freePort()
    await using world = await createSecureWorld(() => ({ ALLOWED_ORIGINS: `http://localhost:${sitePort}` }))
    const newPage = async () => await (await world.newContext()).newPage()

    // The first admin, by the link that the server printed.
    const grace = await newPage()
    await grace.goto(world.setupLink)
    await grace.getByRole('textbox', { name: 'Email' }).fill(admin.email)
    await choose(grace, admin)

    // The admin invites an operator, and adds an identity key.
    await grace.goto(`${world.url}/settings/operators`)
    await press(grace, 'Invite operator')
    await grace.getByRole('dialog').getByRole('textbox', { name: 'Email' }).fill(ada.email)
    await grace.keyboard.press('Enter')
    const invitation = await grace.getByRole('dialog').getByRole('textbox', { name: 'Link' }).inputValue()
    await grace.goto(`${world.url}/settings/identity`)
    await press(grace, 'New key')
    await grace
      .getByRole('dialog')
      .getByRole('radio', { name: /^With a secret/ })
      .check()
    await confirm(grace, 'Add key')
    const secret = await grace.getByRole('dialog').getByRole('textbox', { name: 'Secret' }).inputValue()
    await confirm(grace, 'Done')
    const code = (await grace.getByText('await signIdentity(').textContent()) ?? ''
    const [, kid = ''] = /kid: '([^']+)'/.exec(code) ?? []

    // The operator accepts, adds a passkey, and signs in with it.
    const operator = await newPage()
    await operator.goto(invitation)
    await choose(operator, ada)
    await operator.goto(`${world.url}/settings/account`)
    await addAuthenticator(operator)
    await press(operator, 'Add passkey')
    await operator.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Work laptop')
    await operator.keyboard.press('Enter')
    await press(operator, 'Done')
    await operator.context().clearCookies()
    await operator.goto(`${world.url}/login-operator`)
    await operator.getByRole('textbox', { name: 'Email' }).fill(ada.email)
    await operator.getByLabel('Password', { exact: true }).fill(ada.password)
    await operator.keyboard.press('Enter')
    await press(operator, 'Use your passkey')
    await operator.waitForURL(/\/chats\/\d+$/)

    // A client of the own site, whom it signs, and a guest.
    const site = await startSigningSite({ deskbellUrl: world.url, kid, secret, port: sitePort })
    onTestFinished(() => site[Symbol.asyncDispose]())
    const ann = await newPage()
    const watched = watchPage(ann)
    await ann.goto(site.url)
    await press(ann, 'Sign in as Ann')
    await ann.getByText('online').waitFor()
    await ann.getByRole('textbox', { name: 'Message' }).fill('My order is late.')
    await ann.keyboard.press('Enter')
    await ann.getByText('Ann Lee: My order is late.').waitFor()
    const guest = await newPage()
    await guest.goto(`${world.url}/login`)
    await guest.getByRole('textbox', { name: 'Your name' }).fill('Ann Lee')
    await press(guest, 'Start chat')
    await write(guest, 'I am Ann too.')
    await messages(guest, 'I am Ann too.').waitFor()

    // The operator sees which of the two is who she says.
    const annsRow = operator.getByRole('link', { name: /Ann Lee Verified/ })
    await annsRow.waitFor()
    await operator.getByRole('link', { name: /Ann Lee (?!Verified)/ }).click()
    await messages(operator, 'I am Ann too.').waitFor()
    await operator.getByText('Not verified', { exact: true }).waitFor()
    await annsRow.click()
    await messages(operator, 'My order is late.').waitFor()
    await operator.getByTitle('Verified: your site has signed who this is').last().waitFor()
    expect(await operator.getByText('Not verified', { exact: true }).count()).toBe(0)
    await write(operator, 'It is on its way.')
    await ann.getByText('Ada Lovelace: It is on its way.').waitFor()

    // A lost laptop is signed out from elsewhere.
    const elsewhere = await newPage()
    await elsewhere.goto(`${world.url}/login-operator`)
    await elsewhere.getByRole('textbox', { name: 'Email' }).fill(admin.email)
    await elsewhere.getByLabel('Password', { exact: true }).fill(admin.password)
    await elsewhere.keyboard.press('Enter')
    await elsewhere.waitForURL(/\/chats\/\d+$/)
    await grace.goto(`${world.url}/settings/account`)
    await grace
      .getByRole('button', { name: /^Sign out there: / })
      .first()
      .click()
    await confirm(grace, 'Sign out there')
    await elsewhere.getByText('You’re signed out.').waitFor({ timeout: 2_000 })

    // The admin disables the operator, whose chats are free again.
    await grace.goto(`${world.url}/settings/operators`)
    await press(grace, `Disable: ${ada.name}`)
    await confirm(grace, 'Disable')
    await operator.getByText('You’re signed out.').waitFor({ timeout: 2_000 })
    await grace.getByRole('link', { name: 'Back to inbox' }).click()
    await grace.getByRole('link', { name: /Ann Lee Verified.*Unassigned/ }).waitFor()
    await ann.getByRole('textbox', { name: 'Message' }).fill('Thank you!')
    await ann.keyboard.press('Enter')
    await ann.getByText('Ann Lee: Thank you!').waitFor()
    expect(watched.printed.filter((line) => /^(error|uncaught)/.test(line))).toEqual([])

    // All of it is in the audit log, and none of the secrets in what the server printed.
    await grace.goto(`${world.url}/settings/audit`)
    await settingsRow(grace, 'operators.disable').first().waitFor()
    for (const hidden of [secret, admin.password, ada.password, invitation.split('#')[1] ?? ''])
      expect(world.server.output()).not.toContain(hidden)
  })
})
