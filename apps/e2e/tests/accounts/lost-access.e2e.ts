import { execute } from '@deskbell/testkit/execute'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { press } from '../../src/pages.ts'
import {
  type Account,
  addOperator,
  admin,
  createSecureWorld,
  openAs,
  operatorOf,
  passwords,
  post,
  type SecureWorld,
  setUp,
} from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('admins help operators who have lost their access', () => {
  let world: SecureWorld
  let token: string

  beforeAll(async () => {
    world = await createSecureWorld()
    token = await setUp(world)
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function openOperators(): Promise<Page> {
    const context = await world.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
    return await openAs(context, world.url, { ...admin, path: '/settings/operators' })
  }

  async function signIn(page: Page, { email }: Account, password: string): Promise<void> {
    await page.goto(`${world.url}/login-operator`)
    await page.getByRole('textbox', { name: 'Email' }).fill(email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
  }

  test('[WEB-125] a link for a new password is shown once, can be copied, and works', async () => {
    const ada = await operatorOf(world, token, 'Ada')
    const page = await openOperators()
    await press(page, 'New password link: Ada')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('which signs them out everywhere').waitFor()
    await dialog.getByRole('button', { name: 'Create link' }).click()
    await dialog.getByText('Give this link to Ada. It works once, until').waitFor()
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    expect(await dialog.getByRole('textbox', { name: 'Link' }).inputValue()).toBe(link)
    await dialog.getByRole('button', { name: 'Done' }).click()
    await dialog.waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain(link)

    const hers = await openAs(await world.newContext(), world.url, ada)
    const chosen = 'copper harbor tulip 55'
    const elsewhere = await (await world.newContext()).newPage()
    await elsewhere.goto(link)
    await elsewhere.getByLabel('Password', { exact: true }).fill(chosen)
    await elsewhere.keyboard.press('Enter')
    await elsewhere.getByRole('textbox', { name: 'Email' }).waitFor()
    await hers.getByText('You’re signed out.').waitFor()
    await signIn(elsewhere, ada, chosen)
    await elsewhere.waitForURL(/\/chats\/\d+$/)
  })

  test('[WEB-125] [WEB-126] neither is offered for oneself and for who is disabled, nor a link without passwords', async () => {
    const { id } = await addOperator(world.url, token, {
      ...{ email: 'dan@example.test', name: 'Dan', password: passwords.operator },
    })
    await operatorOf(world, token, 'Carol')
    await post(`${world.url}/api/operators/${id}/disable`, {}, token)
    const page = await openOperators()
    await page.getByRole('button', { name: 'Enable: Dan' }).waitFor()
    for (const name of ['New password link', 'Remove second step']) {
      const names = await page
        .getByRole('button', { name: `${name}: ` })
        .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')))
      expect(names).toContain(`${name}: Carol`)
      expect(names).not.toContain(`${name}: Dan`)
      expect(names).not.toContain(`${name}: ${admin.name}`)
    }
    await page.route('**/settings/operators', async (route) => {
      const response = await route.fetch()
      const withoutPasswords = '<head><meta name="deskbell-passwords" content="off">'
      await route.fulfill({ response, body: (await response.text()).replace('<head>', withoutPasswords) })
    })
    await page.reload()
    await page.getByRole('button', { name: 'Remove second step: Carol' }).waitFor()
    expect(await page.getByRole('button', { name: 'New password link' }).count()).toBe(0)
  })

  test('[WEB-126] second factors are removed after a question and a proof, and the password alone signs in', async () => {
    const bob = await operatorOf(world, token, 'Bob')
    const { secret } = await post<{ secret: string }>(`${world.url}/api/auth/totp`, {}, bob.token)
    await post(`${world.url}/api/auth/totp/confirm`, { code: oneTimeCode(secret, new Date()) }, bob.token)
    const his = await (await world.newContext()).newPage()
    await signIn(his, bob, bob.password)
    await his.getByRole('textbox', { name: 'Code from your app' }).waitFor()

    const page = await openOperators()
    await execute(world.databaseUrl ?? '', 'update sessions set proved_at = null')
    await press(page, 'Remove second step: Bob')
    await page.getByText('Make sure that it’s really them who asks.').waitFor()
    await press(page, 'Remove second step')
    const proof = page.getByRole('dialog', { name: 'Confirm it’s you' })
    await proof.waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Confirm it’s you to do this.').waitFor()
    await press(page, 'Remove second step')
    await proof.getByLabel('Password', { exact: true }).fill(admin.password)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)

    await signIn(his, bob, bob.password)
    await his.waitForURL(/\/chats\/\d+$/)
    await page.goto(`${world.url}/settings/audit`)
    await page.getByText(`${admin.name}: removed the second step of an operator`).waitFor()
  })
})
