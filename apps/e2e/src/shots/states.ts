import { encoded, sampleImage } from '@deskbell/files/testing/sample-images'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { eventually } from '../eventually.ts'
import { signInByRest } from '../programs/rest-user.ts'
import { picturesAt, scripts } from './sample-data.ts'
import type { Seeded } from './seed.ts'

type Place = { readonly url: string; readonly seeded: Seeded; readonly russian: boolean }

export type State = {
  readonly name: string
  readonly world: 'empty' | 'busy' | 'secure'
  /** Returns the page to open, and the session of the browser. */
  readonly open: (place: Place) => Promise<{ path: string; session?: { role: string; id: number; token: string } }>
  /** The names of the looks in which it is taken. Default: all. */
  readonly looks?: readonly string[]
  /** Resolves when the page shows what the picture is for. */
  readonly ready: (page: Page) => Promise<unknown>
}

const talker = ({ russian }: Place) => (russian ? 'Иван Смирнов' : 'Mara Lindqvist')
const sender = ({ russian }: Place) => (russian ? 'Анна Белова' : 'Aiko Tanaka')
const done = ({ russian }: Place) => (russian ? 'Марина Соколова' : 'Emre Yılmaz')

const asClient = (who: (place: Place) => string) => async (place: Place) => {
  const found = place.seeded.clients.get(who(place))
  if (found === undefined) throw new Error(`There is no ${who(place)}.`)
  const { id, token } = found.person
  return { path: `/chats/${id}`, session: { role: 'client', id, token } }
}

const asOperator = (who?: (place: Place) => string) => async (place: Place) => {
  const { olga, clients } = place.seeded
  const chat = who && clients.get(who(place))?.chatId
  const path = `/chats/${olga.id}${chat === undefined ? '' : `?chat=${chat}`}`
  return { path, session: { role: 'operator', id: olga.id, token: olga.token } }
}

const asAdmin =
  (path: string) =>
  async ({ seeded: { olga } }: Place) => ({ path, session: { role: 'operator', id: olga.id, token: olga.token } })

const newcomer = async ({ url }: Place) => {
  const { id, token } = await signInByRest(url, { name: 'Noah Brown', email: 'new@example.com', role: 'client' })
  return { path: `/chats/${id}`, session: { role: 'client', id, token } }
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).waitFor()
const articles = (page: Page) => page.getByRole('article').last().waitFor()
const offline = async (page: Page) => {
  await articles(page)
  // With a service worker the page loads offline too, and shows what it stored on the device.
  await eventually(
    () => page.evaluate('navigator.serviceWorker.controller !== null'),
    (isServed) => isServed === true,
  )
  await page.context().setOffline(true)
  await page.reload()
  await articles(page)
  await page
    .getByText(/^(You’re offline|Нет сети)/)
    .first()
    .waitFor()
}

/** Every picture that is in sight is there. The others are loaded when they come near. */
const pictures = async (page: Page) => {
  await page.locator('article img').last().waitFor()
  await page.waitForFunction(() =>
    [...document.images]
      .filter((image) => image.getBoundingClientRect().bottom > 0)
      .every((image) => image.complete && image.naturalWidth > 0),
  )
}

/** What the states below choose in the composer: an image of this size, and files that are not images. */
const chosen = async () => [
  {
    name: 'porch.png',
    mimeType: 'image/png',
    buffer: await encoded(sampleImage({ width: 900, height: 600 }), 'image/png'),
  },
  { name: 'Invoice 10-4460.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(1_200_000) },
]

const attach = async (page: Page, files: Awaited<ReturnType<typeof chosen>>) => {
  await pictures(page)
  await page.locator('input[type=file]').setInputFiles(files)
}

const attaching = async (page: Page) => {
  const tooLarge = {
    name: 'Film of the door.mov',
    mimeType: 'video/quicktime',
    buffer: Buffer.alloc(25 * 1024 * 1024 + 1),
  }
  await attach(page, [...(await chosen()), tooLarge])
  await page.getByText(/25/).last().waitFor()
}

/** The first parts arrive, and nothing after them. */
const uploading = async (page: Page) => {
  let parts = 0
  await page.route('**/api/uploads/*', async (route) => {
    parts += route.request().method() === 'PATCH' ? 1 : 0
    if (parts < 3) await route.continue()
  })
  await attach(page, (await chosen()).reverse())
  await page.locator('textarea').press('Enter')
  await page.locator('[role=progressbar][aria-valuenow="87"]').waitFor()
}

const refusedFile = async (page: Page) => {
  await attach(page, [{ name: 'torn.png', mimeType: 'image/png', buffer: Buffer.from('no image') }])
  await page.locator('textarea').fill('…')
  await page.locator('textarea').press('Enter')
  await page.locator('[data-state=failed]').waitFor()
}

const lightbox = async (page: Page) => {
  await pictures(page)
  await page.locator('article button:has(img)').last().click()
  await page.getByRole('dialog').getByRole('img').waitFor()
  await pictures(page)
}

const faces = async (page: Page) => {
  await articles(page)
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll<HTMLImageElement>('img[src^="/avatars/"]')]
    return shown.length > 0 && shown.every((image) => image.complete && image.naturalWidth > 0)
  })
}

const settings = (page: Page) => page.getByRole('main').getByRole('listitem').last().waitFor()

const few = ['desktop-light-en', 'phone-dark-en']
const some = [...few, 'desktop-dark-ru', 'phone-light-ru']
const ofFiles = [...some, 'forced-colours', 'print']

export const states: readonly State[] = [
  { name: 'home', world: 'empty', open: async () => ({ path: '/' }), ready: heading },
  { name: 'sign-in', world: 'empty', open: async () => ({ path: '/login' }), ready: heading },
  {
    name: 'client-empty',
    world: 'busy',
    open: newcomer,
    // The composer is shown before the client's chats are known, the greeting only after that.
    ready: (page) => page.getByText(/^(How can we help|Чем можем помочь)/).waitFor(),
  },
  { name: 'client-talking', world: 'busy', open: asClient(talker), ready: articles },
  { name: 'client-closed', world: 'busy', open: asClient(done), ready: articles },
  { name: 'client-offline', world: 'busy', open: asClient(talker), ready: offline },
  {
    name: 'console-empty',
    world: 'empty',
    open: asOperator(),
    ready: (page) => page.getByText(/^(No open chats|Открытых чатов нет|Нет открытых чатов)/).waitFor(),
  },
  {
    name: 'console-200',
    world: 'busy',
    open: asOperator(),
    ready: (page) => page.locator('[data-row]').first().waitFor(),
  },
  { name: 'console-talking', world: 'busy', open: asOperator(talker), ready: articles },
  { name: 'console-scripts', world: 'busy', open: asOperator(() => scripts.name), ready: articles, looks: few },
  { name: 'client-scripts', world: 'busy', open: asClient(() => scripts.name), ready: articles, looks: few },
  { name: 'console-files', world: 'busy', open: asOperator(sender), ready: pictures, looks: ofFiles },
  { name: 'client-files', world: 'busy', open: asClient(sender), ready: pictures, looks: ofFiles },
  { name: 'client-attaching', world: 'busy', open: asClient(sender), ready: attaching, looks: some },
  { name: 'client-uploading', world: 'busy', open: asClient(sender), ready: uploading, looks: some },
  { name: 'client-file-refused', world: 'busy', open: asClient(sender), ready: refusedFile, looks: some },
  { name: 'console-attaching', world: 'busy', open: asOperator(sender), ready: attaching, looks: some },
  { name: 'console-lightbox', world: 'busy', open: asOperator(sender), ready: lightbox, looks: some },
  { name: 'console-closed', world: 'busy', open: asOperator(done), ready: articles },
  { name: 'console-offline', world: 'busy', open: asOperator(talker), ready: offline },
  { name: 'sign-in-guest', world: 'secure', open: async () => ({ path: '/login' }), ready: heading, looks: some },
  {
    name: 'sign-in-operator',
    world: 'secure',
    open: async () => ({ path: '/login-operator' }),
    ready: heading,
    looks: some,
  },
  { name: 'console-verified', world: 'secure', open: asOperator(() => 'Mara Lindqvist'), ready: faces, looks: some },
  { name: 'console-guest', world: 'secure', open: asOperator(() => 'Иван Смирнов'), ready: articles, looks: some },
  ...['account', 'operators', 'keys', 'identity', 'audit'].map(
    (name): State => ({
      name: `settings-${name}`,
      world: 'secure',
      open: asAdmin(`/settings/${name}`),
      ready: settings,
      looks: some,
    }),
  ),
]

export type Look = BrowserContextOptions & {
  readonly name: string
  /** The names of the states that are taken. Default: all. */
  readonly states?: readonly string[]
  readonly print?: boolean
}

const sizes: readonly Look[] = [
  { name: 'desktop', viewport: { width: 1440, height: 900 } },
  { name: 'laptop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
]
const files = ['client-files', 'console-files']
const ends = ['home', 'sign-in', 'client-talking', 'console-200', 'console-talking']

/** Every size in both themes and languages, then settings that fewer users have, and print. */
export const looks: readonly Look[] = [
  ...sizes.flatMap((size) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      (['en', 'ru'] as const).map((language) => ({
        ...size,
        name: `${size.name}-${colorScheme}-${language}`,
        colorScheme,
        locale: language === 'ru' ? 'ru-RU' : 'en-GB',
      })),
    ),
  ),
  {
    name: 'forced-colours',
    viewport: { width: 1440, height: 900 },
    forcedColors: 'active',
    states: [...ends, ...files],
  },
  { name: 'more-contrast', viewport: { width: 1440, height: 900 }, contrast: 'more', states: ends },
  { name: 'zoom-200', viewport: { width: 640, height: 400 }, deviceScaleFactor: 2, states: ends },
  { name: 'zoom-400', viewport: { width: 320, height: 256 }, deviceScaleFactor: 2, states: ends },
  { name: 'tablet-ru', viewport: { width: 820, height: 1180 }, locale: 'ru-RU', hasTouch: true, states: ends },
  { name: '4k', viewport: { width: 3840, height: 2160 }, states: ['console-talking', 'client-talking', 'home'] },
  {
    name: 'print',
    viewport: { width: 794, height: 1123 },
    print: true,
    states: ['client-talking', 'console-talking', ...files],
  },
]

type Task = { url: string; seeded: Seeded; look: Look; state: State; path: string }

export async function takeShot(browser: Browser, { url, seeded, look, state, path }: Task): Promise<void> {
  const { name: _name, states: _states, print = false, ...options } = look
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    ...options,
  })
  try {
    // Long, because a slow machine takes the same picture, only later.
    context.setDefaultTimeout(60_000)
    const opened = await state.open({ url, seeded, russian: options.locale === 'ru-RU' })
    if (opened.session !== undefined) await addSession(context, url, opened.session)
    const page = await context.newPage()
    await page.clock.install({ time: picturesAt })
    await page.goto(`${url}${opened.path}`)
    await state.ready(page)
    await page.getByText(/^(Back online|Снова на связи)/).waitFor({ state: 'hidden' })
    if (print) {
      // The pages render a document for paper when the browser is about to print.
      await page.evaluate('dispatchEvent(new Event("beforeprint"))')
      await page.emulateMedia({ media: 'print' })
    }
    await page.evaluate('document.fonts.ready.then(() => true)')
    await page.screenshot({ path, fullPage: print, animations: 'disabled', caret: 'hide' })
  } finally {
    await context.close()
  }
}

/** Keeps a colleague online while the pictures are taken, and two clients if they were seeded. */
export async function keepCompany(
  browser: Browser,
  { url, seeded }: Pick<Task, 'url' | 'seeded'>,
): Promise<BrowserContext> {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const { dmitri, clients } = seeded
  const people = [
    { role: 'operator', id: dmitri.id, token: dmitri.token },
    ...['Mara Lindqvist', 'Иван Смирнов'].flatMap((name) => {
      const found = clients.get(name)
      return found === undefined ? [] : [{ role: 'client', id: found.person.id, token: found.person.token }]
    }),
  ]
  for (const person of people) {
    await addSession(context, url, person)
    const page = await context.newPage()
    await page.goto(`${url}/chats/${person.id}`)
    await page
      .getByRole(person.role === 'client' ? 'article' : 'link')
      .last()
      .waitFor()
  }
  return context
}

async function addSession(
  context: BrowserContext,
  url: string,
  { role, id, token }: { role: string; id: number; token: string },
): Promise<void> {
  const cookie = (name: string, value: string) => ({ name, value, url, sameSite: 'Lax' as const })
  await context.addCookies([
    { ...cookie(`deskbell_${role}`, token), httpOnly: true },
    cookie(`deskbell_${role}_id`, String(id)),
  ])
}
