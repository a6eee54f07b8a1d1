import { execute } from '@deskbell/testkit/execute'
import { oneTimeCode } from '@deskbell/testkit/one-time-code'
import type { BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults } from '../../src/accessibility.ts'
import {
  addOperator,
  admin,
  createSecureWorld,
  openAs,
  passwords,
  post,
  type SecureWorld,
  setUp,
  tokenOf,
} from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('accessibility and layout of the settings and of the pages of accounts', () => {
  let world: SecureWorld

  beforeAll(async () => {
    world = await createSecureWorld()
    const token = await setUp(world)
    await post(`${world.url}/api/identity-keys`, { alg: 'HS256' }, token)
    await addOperator(world.url, token, {
      email: 'konstantin@example.test',
      name: 'Константин Константинович Константинопольский-Преображенский',
      password: passwords.operator,
    })
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const looks: [string, BrowserContextOptions][] = [
    ['desktop, dark, Russian', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ru-RU' }],
    ['phone, light, English', { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'light' }],
    ['320 pixels, dark, Russian', { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'ru-RU' }],
  ]
  /** Signs in the admin. `found` gets what `check` finds. */
  async function openLook(options: BrowserContextOptions) {
    const page = await openAs(await world.newContext(options), world.url, admin)
    const found: string[] = []
    const check = async (name: string) => {
      found.push(...(await accessibilityFaults(page)).map((fault) => `${name}: ${fault}`))
      // The window, and what scrolls inside of it.
      const overflow = await page.evaluate(() =>
        Math.max(
          document.documentElement.scrollWidth - window.innerWidth,
          ...[...document.querySelectorAll('main, main *')]
            .filter((each) => getComputedStyle(each).overflowY === 'auto')
            .map((each) => each.scrollWidth - each.clientWidth),
        ),
      )
      if (overflow > 0) found.push(`${name}: ${overflow} pixels too wide`)
    }
    return { page, found, check }
  }

  test.each(looks)(
    '[WEB-9] axe finds nothing in the settings and on the pages of accounts, and nothing is too wide: %s',
    async (_, options) => {
      const { page, found, check } = await openLook(options)
      const shows: [string, string][] = [
        ['/settings/account', 'main li'],
        ['/settings/operators', 'main li'],
        ['/settings/keys', 'main h2'],
        ['/settings/identity', 'main pre'],
        ['/settings/audit', 'main li'],
        ['/login', 'form'],
        ['/login-operator', 'form'],
        [`/setup#${tokenOf(world.setupLink)}`, 'form'],
        ['/invitation', 'main h1'],
      ]
      for (const [path, ready] of shows) {
        await page.goto(`${world.url}${path}`)
        await page.locator(ready).first().waitFor()
        await check(path)
      }
      expect(found).toEqual([])
    },
  )

  test.each(looks)(
    '[WEB-9] axe finds nothing in the dialogs of the settings, and nothing is too wide: %s',
    async (_, options) => {
      const { page, found, check } = await openLook(options)
      const opens: [string, RegExp][] = [
        ['/settings/keys', /^(New key|Новый ключ)$/],
        ['/settings/audit', /^(Export|Выгрузить)$/],
        ['/settings/operators', /^(New password link|Ссылка для нового пароля): /],
      ]
      for (const [path, name] of opens) {
        await page.goto(`${world.url}${path}`)
        await page.getByRole('button', { name }).first().click()
        await page.getByRole('dialog').waitFor()
        if (path === '/settings/operators') {
          await page.getByRole('button', { name: /^(Create link|Создать ссылку)$/ }).click()
          await page.getByRole('dialog').getByRole('textbox').waitFor()
        }
        await check(`the dialog of ${path}`)
      }
      await page.goto(`${world.url}/settings/identity`)
      await page.getByRole('button', { name: /^(New key|Новый ключ)$/ }).click()
      await page.getByRole('radio', { name: /ES256/ }).check()
      await page.getByRole('button', { name: /^(Add key|Добавить ключ)$/ }).click()
      await page.locator('textarea[aria-invalid=true]').waitFor()
      await check('new identity key')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /^(Remove|Удалить): / }).click()
      await page.getByRole('dialog').waitFor()
      await check('remove an identity key')
      await page.goto(`${world.url}/settings/account`)
      await page.getByRole('button', { name: /^(Set up authenticator app|Настроить приложение для кодов)$/ }).click()
      await page.getByRole('button', { name: /^(Continue|Продолжить)$/ }).click()
      const key = page.getByLabel(/^(Or enter this key in the app|Или введите этот ключ в приложении)$/)
      await key.waitFor()
      await check('authenticator app')
      await page.locator('[name="code"]').fill(oneTimeCode(await key.inputValue(), new Date()))
      await page.keyboard.press('Enter')
      const done = page.getByRole('button', { name: /^(Done|Готово)$/ })
      await done.waitFor()
      await check('recovery codes')
      await done.click()
      await page.getByRole('button', { name: /^(Add passkey|Добавить ключ доступа)$/ }).click()
      await page.getByRole('dialog').waitFor()
      await check('new passkey')
      await page.keyboard.press('Escape')
      await execute(world.databaseUrl ?? '', 'update sessions set proved_at = null')
      const remove = page.getByRole('button', { name: /^(Remove authenticator app|Удалить приложение для кодов)$/ })
      await remove.click()
      await page.getByRole('button', { name: /^(Remove|Удалить)$/ }).click()
      await page.locator('dialog [name="password"]').fill(admin.password)
      await check('proof')
      await page.keyboard.press('Enter')
      // The next look signs in by the password alone.
      await remove.waitFor({ state: 'detached' })
      expect(found).toEqual([])
    },
  )
})
