import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addOperator, createSecureWorld, post, type SecureWorld, setUp } from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

const ada = { email: 'ada@example.test', name: 'Ada', password: 'granite lemon ferry 208' }
const chosen = 'copper lantern 48 swims'

describe.skipIf(!tools.chromium)('the second step of a sign-in', () => {
  let world: SecureWorld
  let admin: string
  let operator: { readonly id: number; readonly token: string }
  let recoveryCodes: readonly string[]

  beforeAll(async () => {
    world = await createSecureWorld()
    admin = await setUp(world)
    operator = await addOperator(world.url, admin, ada)
    const { secret } = await post<{ secret: string }>(`${world.url}/trpc/auth.beginTotp`, {}, operator.token).then(
      (answer) => (answer as unknown as { result: { data: { secret: string } } }).result.data,
    )
    const code = oneTimeCode(secret, new Date())
    const confirmed = await post<{ result: { data: { recoveryCodes: string[] } } }>(
      `${world.url}/trpc/auth.confirmTotp`,
      { code },
      operator.token,
    )
    recoveryCodes = confirmed.result.data.recoveryCodes
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const newPage = async () => await (await world.newContext()).newPage()

  async function signIn(page: Page, password: string): Promise<void> {
    await page.goto(`${world.url}/login-operator`)
    await page.getByRole('textbox', { name: 'Email' }).fill(ada.email)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.keyboard.press('Enter')
  }

  test('[WEB-109] a right password is not enough: a wrong code is said at its field, and a recovery code lets in', async () => {
    const page = await newPage()
    await signIn(page, ada.password)
    const code = page.getByRole('textbox', { name: 'Code from your app' })
    await code.fill('000000')
    await page.keyboard.press('Enter')
    await page.getByText('This code is wrong').waitFor()
    await page.getByRole('button', { name: 'Recovery code' }).click()
    await page.getByRole('textbox', { name: 'Recovery code' }).fill(recoveryCodes[0] ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/chats\/\d+$/)
  })

  test('[WEB-109] a new password by a link signs nobody in, and ends the sessions', async () => {
    const { link } = await post<{ link: string }>(`${world.url}/api/operators/${operator.id}/reset-password`, {}, admin)
    const page = await newPage()
    await page.goto(link)
    await page.getByRole('heading', { name: 'New password' }).waitFor()
    expect(page.url()).toBe(`${world.url}/reset`)
    await page.getByLabel('Password', { exact: true }).fill(chosen)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sign in as an operator' }).waitFor()
    await signIn(page, chosen)
    await page.getByRole('textbox', { name: 'Code from your app' }).waitFor()
    await page.goto(link)
    await page.getByLabel('Password', { exact: true }).fill(chosen)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'This link doesn’t work' }).waitFor()
  })
})
