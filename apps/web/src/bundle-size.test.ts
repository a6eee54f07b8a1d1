import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { usesOfNewerApis } from '@deskbell/testkit/newer-apis'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, test, vi } from 'vitest'

const root = join(import.meta.dirname, '..')
const chunks = new Map<string, Rolldown.OutputChunk>()

// Built here and kept in memory: the sizes are those of the current source, whatever is in `dist`.
beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production')
  const built = await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { write: false },
  })
  for (const { output } of [built].flat().filter((each) => 'output' in each)) {
    for (const file of output) if (file.type === 'chunk') chunks.set(file.fileName, file)
  }
}, 60_000)

type Load = { readonly catalogs: readonly string[]; readonly modules: readonly string[] }

const chats = 'app/pages/chats-page.tsx'
const loads = {
  signIn: { catalogs: ['common', 'pages', 'login'], modules: ['app/pages/public/login-page.tsx'] },
  accounts: { catalogs: ['common', 'pages', 'accounts', 'sign-in'], modules: ['app/pages/accounts/account-pages.tsx'] },
  accountLink: {
    catalogs: ['common', 'pages', 'accounts', 'links'],
    modules: ['app/pages/accounts/account-link-page.tsx'],
  },
  client: { catalogs: ['common', 'chat'], modules: [chats, 'app/pages/client/client-page.tsx'] },
  console: {
    catalogs: ['common', 'chat', 'pages', 'console'],
    modules: [chats, 'app/pages/operator/operator-page.tsx'],
  },
  settings: {
    catalogs: ['common', 'chat', 'pages', 'accounts', 'settings'],
    modules: [chats, 'app/pages/settings/settings-page.tsx'],
  },
} satisfies Record<string, Load>

/** Returns the files that must be loaded before this page can be used in this language. */
function filesOf(locale: string, { catalogs, modules }: Load): ReadonlySet<string> {
  const needed = new Set<string>()
  const entry = [...chunks.values()].find((chunk) => chunk.isEntry)
  if (entry === undefined) throw new Error('The page has no first script.')
  collect(entry, needed)
  for (const catalog of catalogs) collect(chunkOf(join('src', 'locales', locale, `${catalog}.po`)), needed)
  for (const module of modules) collect(chunkOf(join('src', module)), needed)
  return needed
}

/** Returns gzipped bytes. */
function firstLoad(locale: string, load: Load): number {
  return [...filesOf(locale, load)].reduce(
    (sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '', { level: 9 }).length,
    0,
  )
}

function collect(chunk: Rolldown.OutputChunk | undefined, needed: Set<string>): void {
  if (chunk === undefined || needed.has(chunk.fileName)) return
  needed.add(chunk.fileName)
  for (const name of chunk.imports) collect(chunks.get(name), needed)
}

function chunkOf(module: string): Rolldown.OutputChunk {
  const found = [...chunks.values()].find((chunk) => chunk.moduleIds.some((id) => id.endsWith(module)))
  if (found === undefined) throw new Error(`${module} is in no file of the build`)
  return found
}

// The lower bounds detect a measurement that misses half of a page.
test.each([
  { page: 'sign-in page', load: loads.signIn, least: 70_000, most: 85_000 },
  { page: 'sign-in page of secure mode', load: loads.accounts, least: 70_000, most: 85_000 },
  { page: 'page of an account’s link', load: loads.accountLink, least: 70_000, most: 85_000 },
  { page: 'client page', load: loads.client, least: 100_000, most: 120_000 },
  { page: 'console', load: loads.console, least: 120_000, most: 180_000 },
  { page: 'settings', load: loads.settings, least: 120_000, most: 180_000 },
])('[WEB-14] the first load of the $page is at most $most bytes', ({ load, least, most }) => {
  for (const locale of ['en', 'ru']) {
    const bytes = firstLoad(locale, load)
    expect(bytes, locale).toBeGreaterThan(least)
    expect(bytes, locale).toBeLessThanOrEqual(most)
  }
})

/** Returns the source files that use the texts of a catalogue. */
function filesThatSay(catalog: string): string[] {
  const text = readFileSync(join(root, 'src', 'locales', 'en', `${catalog}.po`), 'utf8')
  return [...new Set([...text.matchAll(/^#: (.+)$/gm)].map(([, file = '']) => file))]
}

test.each(Object.entries(loads))('[WEB-8] the first load of the page %s contains its texts', (_, load) => {
  const modules = [...filesOf('en', load)].flatMap((name) => chunks.get(name)?.moduleIds ?? [])
  const isLoaded = (file: string) => modules.includes(join(root, file))
  const later = [
    'common',
    'chat',
    'home',
    'pages',
    'parts',
    'console',
    'login',
    'accounts',
    'sign-in',
    'links',
    'settings',
  ].filter((each) => !load.catalogs.includes(each))
  expect(load.catalogs.flatMap(filesThatSay).filter(isLoaded)).not.toEqual([])
  // A chats page sets its own title; the other pages load these texts.
  const ofOtherPages = load === loads.client ? ['src/app/routing/page-title.ts'] : []
  expect(later.flatMap(filesThatSay).filter(isLoaded)).toEqual(ofOtherPages)
})

test('[WEB-14] the validation library and the console stay out of the client page', () => {
  const client = new Set<string>()
  collect(chunkOf(join('src', 'app/pages/client/client-page.tsx')), client)
  const modules = [...client].flatMap((name) => chunks.get(name)?.moduleIds ?? [])
  expect(modules.filter((id) => /[\\/](?:zod|@tanstack[\\/+]query-core|chats[\\/]console)[\\/@]/.test(id))).toEqual([])
})

/** Names that are found, and are not an error. */
const exceptions = new Map([
  ['DataTransferItem.webkitGetAsEntry', 'all supported browsers have it by this name; the data has a later one'],
  ['Navigator.login', 'our own `sdk.login`'],
  ['Document.startViewTransition', 'React calls it for `ViewTransition` only, which no page has'],
  ['Element.startViewTransition', 'as above'],
  ['PublicKeyCredential.parseRequestOptionsFromJSON', 'a passkey is offered only where it exists'],
  ['PublicKeyCredential.parseCreationOptionsFromJSON', 'as above'],
])

test('[WEB-70] no built page calls what the supported browsers lack', () => {
  const uses = [...chunks.values()].flatMap(({ code, fileName }) =>
    usesOfNewerApis(code).flatMap((api) => (exceptions.has(api) ? [] : `${fileName}: ${api}`)),
  )
  expect(uses).toEqual([])
})

test.each([
  ['URL.parse(x)', 'URL.parse'],
  ['Promise.withResolvers()', 'Promise.withResolvers'],
  ['AbortSignal.any([a])', 'AbortSignal.any'],
  ['new Set(a).isSubsetOf(b)', 'Set.isSubsetOf'],
  ['/(?i:a)b/', 'RegExp modifiers'],
  ['await Array.fromAsync(a)', 'Array.fromAsync'],
  ['new URLPattern(a)', 'URLPattern'],
])('[WEB-70] %s is found', (code, api) => {
  expect(usesOfNewerApis(code)).toEqual([api])
})
