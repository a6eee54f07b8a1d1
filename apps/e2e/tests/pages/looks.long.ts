import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFaults } from '../../src/accessibility.ts'
import { eventually } from '../../src/eventually.ts'
import { signInByRest } from '../../src/programs/rest-user.ts'
import { tools } from '../../src/tools.ts'
import { createWorld, type World } from '../../src/world.ts'

const desktop = { viewport: { width: 1440, height: 900 } }
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true }

/** The accessibility checker runs on every page in each of these. */
const looks: [string, BrowserContextOptions][] = [
  ['desktop, light, English', { ...desktop, colorScheme: 'light' }],
  ['desktop, dark, Russian', { ...desktop, colorScheme: 'dark', locale: 'ru-RU' }],
  ['phone, light, Russian', { ...phone, colorScheme: 'light', locale: 'ru-RU' }],
  ['phone, dark, English', { ...phone, colorScheme: 'dark' }],
]

describe.skipIf(!tools.chromium)('accessibility and layout', () => {
  let world: World
  let clientToken: string
  let operatorToken: string
  let ids: { client: number; operator: number; open: number; closed: number }

  beforeAll(async () => {
    world = await createWorld()
    const client = await signInByRest(world.url, {
      email: 'vera@example.com',
      name: 'Вера Константиновна Долгорукова',
      role: 'client',
    })
    const operator = await signInByRest(world.url, { email: 'oleg@example.com', name: 'Oleg', role: 'operator' })
    const closed = await client.createChat()
    await client.sendAll(closed, ['Здравствуйте! Заказ № 10452 не пришёл.', 'https://example.com/orders/10452'])
    await operator.close(closed)
    const open = await client.createChat()
    await client.sendAll(open, [
      'Добрый день',
      'Ещё один вопрос: '.repeat(12),
      'Averyveryverylongwordwithoutanybreakinside'.repeat(4),
    ])
    await operator.send(open, 'One moment, please.')
    clientToken = client.token
    operatorToken = operator.token
    ids = { client: client.id, operator: operator.id, open, closed }
  })
  afterAll(() => world?.[Symbol.asyncDispose]())

  async function context(options: BrowserContextOptions): Promise<BrowserContext> {
    const made = await world.newContext(options)
    const cookie = (name: string, value: string) => ({ name, value, url: world.url, sameSite: 'Lax' as const })
    await made.addCookies([
      { ...cookie('deskbell_client', clientToken), httpOnly: true },
      { ...cookie('deskbell_operator', operatorToken), httpOnly: true },
      cookie('deskbell_client_id', String(ids.client)),
      cookie('deskbell_operator_id', String(ids.operator)),
    ])
    return made
  }

  const states: [string, () => string, (page: Page) => Promise<void>][] = [
    ['home', () => '/', async (page) => void (await page.getByRole('heading', { level: 1 }).waitFor())],
    ['client sign-in', () => '/login', faulty],
    ['operator sign-in', () => '/login-operator', faulty],
    [
      'client chat',
      () => `/chats/${ids.client}`,
      async (page) => void (await page.getByRole('article').last().waitFor()),
    ],
    [
      'console',
      () => `/chats/${ids.operator}`,
      async (page) => void (await page.locator('[data-row]').first().waitFor()),
    ],
    [
      'closed chat',
      () => `/chats/${ids.client}?chat=${ids.closed}`,
      async (page) => void (await page.getByRole('article').last().waitFor()),
    ],
    [
      'account',
      () => `/chats/${ids.client}`,
      async (page) => void (await page.locator('button[popovertarget]').last().click()),
    ],
    [
      'order of the chats',
      () => `/chats/${ids.operator}`,
      async (page) => {
        await page.locator('[data-row]').first().waitFor()
        await page.locator('select').first().press('Space')
      },
    ],
    [
      'start a chat',
      () => `/chats/${ids.operator}`,
      async (page) => {
        await page.getByRole('button', { name: /^(New chat|Новый чат)$/ }).click()
        await page.getByRole('dialog').waitFor()
      },
    ],
    [
      'console with a chat',
      () => `/chats/${ids.operator}?chat=${ids.open}`,
      async (page) => void (await page.getByRole('article').last().waitFor()),
    ],
    [
      'console with a closed chat',
      () => `/chats/${ids.operator}?chat=${ids.closed}`,
      async (page) => void (await page.getByRole('button', { name: /^(Reopen|Открыть снова)$/ }).waitFor()),
    ],
    ['unknown page', () => '/nowhere', async (page) => void (await page.getByRole('heading', { level: 1 }).waitFor())],
  ]

  for (const [name, options] of looks) {
    test(`[WEB-9] axe finds no accessibility violation on any page: ${name}`, async () => {
      const page = await (await context(options)).newPage()
      for (const [state, path, ready] of states) {
        await page.goto(`${world.url}${path()}`)
        await ready(page)
        expect(await accessibilityFaults(page), state).toEqual([])
        await keepPicture(page, `${state}, ${name}`)
      }
      await page.context().close()
    })
  }

  test('[WEB-9] no page scrolls sideways in a window that is 320 pixels wide', async () => {
    const page = await (await context({ viewport: { width: 320, height: 640 }, locale: 'ru-RU' })).newPage()
    for (const [state, path, ready] of states) {
      await page.goto(`${world.url}${path()}`)
      await ready(page)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, state).toBeLessThanOrEqual(0)
    }
  })

  test('[WEB-82] the open chat and the chosen filter have an outline with forced colours, and more contrast changes the colour of lines', async () => {
    const frames: string[] = []
    const lines: string[] = []
    for (const options of [{ forcedColors: 'active' }, { contrast: 'more' }, {}] as const) {
      const page = await (await context({ ...desktop, ...options })).newPage()
      await page.goto(`${world.url}/chats/${ids.operator}?chat=${ids.open}`)
      await page.getByRole('article').last().waitFor()
      for (const chosen of ['[data-row][aria-current=true]', 'button[aria-pressed=true]'])
        frames.push(
          await page
            .locator(chosen)
            .first()
            .evaluate((box) => getComputedStyle(box).outlineStyle),
        )
      lines.push(
        await page
          .locator('header')
          .first()
          .evaluate((bar) => getComputedStyle(bar).borderColor),
      )
      await page.context().close()
    }
    expect(frames.slice(0, 2)).toEqual(['solid', 'solid'])
    expect(lines[1]).not.toBe(lines[2])
  })

  test('[WEB-86] one day floats while scrolling and never covers the separator, which has a border; a huge window has a centred column', async () => {
    const page = await (await context({ viewport: { width: 2560, height: 420 }, colorScheme: 'dark' })).newPage()
    await page.goto(`${world.url}/chats/${ids.operator}?chat=${ids.open}`)
    await page.getByRole('article').last().waitFor()
    const seen = await page.getByRole('region', { name: /^Messages/ }).evaluate(async (box) => {
      const pill = box.querySelector('[data-day]')
      const column = box.firstElementChild
      if (pill === null || column === null) throw new Error('There is no day.')
      const floating = () =>
        [...(box.parentElement?.querySelectorAll('p[aria-hidden]') ?? [])].filter((p) => !box.contains(p))
      const overlaps = (a: DOMRect, b: DOMRect) => a.top < b.bottom && b.top < a.bottom
      const counts: number[] = []
      let covered = 0
      for (let top = 0; top < box.scrollHeight - box.clientHeight; top += 10) {
        box.scrollTop = top
        for (const _ of 'ab') await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
        const floats = floating()
        counts.push(floats.length)
        covered += floats.filter((p) => overlaps(p.getBoundingClientRect(), pill.getBoundingClientRect())).length
      }
      const [inner, outer] = [column.getBoundingClientRect(), box.getBoundingClientRect()]
      const { backgroundColor, borderTopWidth, borderTopColor } = getComputedStyle(pill)
      return {
        most: Math.max(...counts),
        covered,
        columnPx: inner.width,
        sideways: Math.abs(inner.left - outer.left - (outer.right - inner.right)),
        hasShape: borderTopWidth === '1px' && borderTopColor !== backgroundColor,
      }
    })
    expect(seen).toMatchObject({ most: 1, covered: 0, hasShape: true })
    expect(seen.columnPx).toBeGreaterThan(640)
    expect(seen.columnPx).toBeLessThan(900)
    expect(seen.sideways).toBeLessThan(20)
    await page.context().close()
  })

  test('[WEB-80] in windows of four sizes the document is as high as the window, and messages have more than 80 pixels', async () => {
    const clients = Array.from({ length: 45 }, (_, index) => index)
    for (const index of clients) {
      const email = `many-${index}@example.com`
      const other = await signInByRest(world.url, { email, name: `Many ${index}`, role: 'client' })
      await other.send(await other.createChat(), 'Unread')
    }
    const page = await (await context({})).newPage()
    const chats = [`/chats/${ids.operator}`, `/chats/${ids.operator}?chat=${ids.open}`, `/chats/${ids.client}`]
    for (const [width, height] of [
      [1440, 900],
      [1280, 800],
      [390, 844],
      [320, 256],
    ] as const) {
      await page.setViewportSize({ width, height })
      for (const path of chats) {
        await page.goto(`${world.url}${path}`)
        await (path === chats[0] ? page.locator('[data-row]') : page.getByRole('article')).first().waitFor()
        const high = await page.evaluate(() => [document.scrollingElement?.scrollHeight, window.innerHeight])
        expect(high[0], `${path} at ${width} × ${height}`).toBe(high[1])
        if (path === chats[0]) continue
        const room = await page.getByRole('region', { name: /^Messages/ }).evaluate((box) => box.clientHeight)
        expect(room, `${path} at ${width} × ${height}`).toBeGreaterThan(80)
      }
    }
    await page.context().close()
  })

  test('[WEB-8] pages are in Russian for a Russian browser, and can be switched to English', async () => {
    const page = await (await context({ locale: 'ru-RU' })).newPage()
    await page.goto(`${world.url}/chats/${ids.operator}?chat=${ids.open}`)
    await page.getByRole('article').last().waitFor()
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('ru')
    await page.getByRole('button', { name: 'Закрыть чат' }).waitFor()
    await page.goto(`${world.url}/`)
    await page.getByRole('combobox').first().selectOption({ label: 'English' })
    await page.getByRole('link', { name: 'Login as Client' }).waitFor()
    await eventually(
      () => page.locator('html').getAttribute('lang'),
      (lang) => lang === 'en',
    )
  })
})

/** Submits the empty form, and waits for its errors. */
async function faulty(page: Page): Promise<void> {
  await page.locator('form button[type="submit"]').click()
  await page.locator('[aria-invalid="true"]').first().waitFor()
}

/** Takes a picture for developers if `DESKBELL_PICTURES` names a folder. */
async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['DESKBELL_PICTURES']
  if (folder) await page.screenshot({ path: `${folder}/${name.replaceAll(/[^a-zA-Z]+/g, '-')}.png` })
}
