import { readFile } from 'node:fs/promises'
import { execute } from '@deskbell/testkit/execute'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addOperator,
  admin,
  createSecureWorld,
  openAs,
  passwords,
  post,
  type SecureWorld,
  setUp,
} from '../../src/secure-world.ts'
import { tools } from '../../src/tools.ts'

describe.skipIf(!tools.chromium)('the audit log', () => {
  let world: SecureWorld

  beforeAll(async () => {
    world = await createSecureWorld()
    const token = await setUp(world)
    const ada = { email: 'ada@example.test', name: 'Ada', password: passwords.operator, access: 'admin' as const }
    const { token: hers } = await addOperator(world.url, token, ada)
    await post(`${world.url}/api/operators/invitations`, { email: '=bob@example.test', access: 'operator' }, hers)
    await execute(
      world.databaseUrl ?? '',
      `insert into audit (at, action, target) values ('2026-03-01T12:00:00Z', 'operator add', 'carol@example.test');
       insert into audit (at, action, target, actor_id, address)
         select '2026-05-01T12:00:00Z', 'keys.create', 'Key ' || nth, (select id from users where name = 'Ada'), '::1'
         from generate_series(1, 230) nth`,
    )
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  const open = async () =>
    await openAs(await world.newContext({ timezoneId: 'Asia/Tokyo' }), world.url, { ...admin, path: '/settings/audit' })
  const rows = (page: Page) => page.getByRole('main').getByRole('listitem')
  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true })

  test('[WEB-121] what a command on the server did says so', async () => {
    const page = await open()
    await field(page, 'What').selectOption('Let an operator in')
    await expect.poll(() => rows(page).count()).toBe(1)
    expect(await rows(page).textContent()).toContain('On the server itself: let an operator in')
  })

  test('[WEB-122] the log is filtered by operator, action and days, and goes on with the filter', async () => {
    const page = await open()
    const counts = async (count: number) => await expect.poll(() => rows(page).count()).toBe(count)
    await counts(50)
    await field(page, 'Who').selectOption('Ada')
    await field(page, 'What').selectOption('Invited an operator')
    await counts(1)
    await rows(page).getByText('=bob@example.test').waitFor()
    await field(page, 'Who').selectOption(admin.name)
    await rows(page).getByText('ada@example.test').waitFor()

    await field(page, 'What').selectOption('Made an API key')
    await page.getByText('Nothing matches these filters.').waitFor()
    await field(page, 'Who').selectOption('Ada')
    await counts(50)
    await page.getByRole('button', { name: 'Show earlier' }).click()
    await counts(100)
    expect(await rows(page).filter({ hasText: 'made an API key' }).count()).toBe(100)

    // At noon of UTC it is nine in the evening of the same day in Tokyo.
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await field(page, 'To').fill('2026-03-01')
    await counts(1)
    await field(page, 'From').fill('2026-03-02')
    await page.getByText('Nothing matches these filters.').waitFor()
    await field(page, 'From').fill('2026-03-01')
    await counts(1)
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await counts(50)
    expect(await field(page, 'From').inputValue()).toBe('')
  })

  /** Saves a file in the dialog. Returns its name and its text. */
  async function exportAs(page: Page, format: RegExp): Promise<{ name: string; text: string }> {
    await page.getByRole('button', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export audit log' })
    await dialog.getByRole('radio', { name: format }).check()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Export' }).click(),
    ])
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
  }

  test('[WEB-123] [WEB-124] [ACC-21] an admin saves the log as CSV and as JSON Lines, and each export is in it', async () => {
    const page = await open()
    await rows(page).first().waitFor()
    const csv = await exportAs(page, /^CSV/)
    expect(csv.name).toMatch(/^deskbell-audit-\d{4}-\d{2}-\d{2}\.csv$/)
    const lines = csv.text.trimEnd().split('\r\n')
    expect(lines[0]).toBe('\uFEFF"id","at","actorId","actor","action","target","address"')
    expect(lines.filter((line) => line.includes('"Key '))).toHaveLength(230)
    expect(csv.text).toContain(`"Ada","operators.invite","'=bob@example.test"`)
    expect(csv.text).toContain('"auth.setUp"')
    expect(csv.text).not.toContain('audit.export')
    await page.getByText(`${lines.length - 1} entries were saved.`).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await rows(page).first().getByText('exported the audit log').waitFor()

    await field(page, 'Who').selectOption('Ada')
    await field(page, 'What').selectOption('Made an API key')
    const jsonl = await exportAs(page, /^JSON Lines/)
    expect(jsonl.name).toMatch(/\.jsonl$/)
    const entries = jsonl.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries.map(({ target }) => target)).toEqual(Array.from({ length: 230 }, (_, nth) => `Key ${230 - nth}`))
    expect(new Set(entries.map(({ action, actor }) => `${actor.name}: ${action}`))).toEqual(
      new Set(['Ada: keys.create']),
    )
    await page.getByText('230 entries were saved.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await rows(page)
      .first()
      .getByText(/^jsonl actorId=\d+ action=keys\.create$/)
      .waitFor()
  })

  test('[WEB-123] an export that failed is tried again, and closing the dialog ends it', async () => {
    await execute(
      world.databaseUrl ?? '',
      `insert into audit (at, action, target)
         select '2026-04-01T12:00:00Z', 'keys.delete', 'Key ' || nth from generate_series(1, 50000) nth`,
    )
    const context = await world.newContext()
    let pagesRead = 0
    context.on('page', (opened) =>
      opened.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => (pagesRead += String(payload).includes('"limit":100') ? 1 : 0)),
      ),
    )
    const page = await openAs(context, world.url, { ...admin, path: '/settings/audit' })
    await page.getByRole('button', { name: 'Export' }).click()
    const dialog = page.getByRole('dialog')
    const start = dialog.getByRole('button', { name: 'Export' })
    await start.waitFor()
    await context.setOffline(true)
    await start.click()
    await dialog.getByText('You’re offline. Nothing was changed.').waitFor()
    await context.setOffline(false)
    await page.waitForFunction(() => navigator.onLine)
    await start.click()
    await expect.poll(() => pagesRead).toBeGreaterThan(3)
    await dialog.getByText(/\d entries so far…/).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const read = pagesRead
    // Each takes its turn among the pages of an export that went on.
    for (const name of ['Ada', admin.name, 'Ada', admin.name]) {
      await field(page, 'Who').selectOption(name)
      await rows(page)
        .filter({ hasText: `${name}: ` })
        .first()
        .waitFor()
      await expect
        .poll(() =>
          rows(page)
            .filter({ hasNotText: `${name}: ` })
            .count(),
        )
        .toBe(0)
    }
    expect(pagesRead - read).toBeLessThanOrEqual(1)
  })
})
