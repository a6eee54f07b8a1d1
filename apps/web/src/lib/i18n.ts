import { i18n, type Messages } from '@lingui/core'
import { readStored, writeStored } from './device/storage.ts'
import { importPart } from './loading/import-part.ts'
import { chooseLocale, type Locale, wantedLocale } from './locale.ts'

export type CatalogName =
  | 'common'
  | 'chat'
  | 'home'
  | 'pages'
  | 'parts'
  | 'console'
  | 'login'
  | 'accounts'
  | 'sign-in'
  | 'links'
  | 'settings'

type Load = () => Promise<{ messages: Messages }>

const catalogs: Record<Locale, Record<CatalogName, Load>> = {
  en: {
    common: () => import('../locales/en/common.po'),
    chat: () => import('../locales/en/chat.po'),
    home: () => import('../locales/en/home.po'),
    pages: () => import('../locales/en/pages.po'),
    parts: () => import('../locales/en/parts.po'),
    console: () => import('../locales/en/console.po'),
    login: () => import('../locales/en/login.po'),
    accounts: () => import('../locales/en/accounts.po'),
    'sign-in': () => import('../locales/en/sign-in.po'),
    links: () => import('../locales/en/links.po'),
    settings: () => import('../locales/en/settings.po'),
  },
  ru: {
    common: () => import('../locales/ru/common.po'),
    chat: () => import('../locales/ru/chat.po'),
    home: () => import('../locales/ru/home.po'),
    pages: () => import('../locales/ru/pages.po'),
    parts: () => import('../locales/ru/parts.po'),
    console: () => import('../locales/ru/console.po'),
    login: () => import('../locales/ru/login.po'),
    accounts: () => import('../locales/ru/accounts.po'),
    'sign-in': () => import('../locales/ru/sign-in.po'),
    links: () => import('../locales/ru/links.po'),
    settings: () => import('../locales/ru/settings.po'),
  },
}

const storageKey = 'deskbell.locale'
const needed = new Set<CatalogName>()
/** Keys such as `en/common`. */
const loadedCatalogs = new Set<string>()

/** Makes every language load these catalogues from now on. */
export function needCatalogs(names: readonly CatalogName[]): void {
  for (const name of names) needed.add(name)
}

/** Loads a page and its catalogues in parallel. Languages chosen later load these catalogues too. */
export async function withCatalogs<T>(names: readonly CatalogName[], load: () => Promise<T>): Promise<T> {
  needCatalogs(names)
  const locale = chooseLocale([i18n.locale])
  const [loaded] = await Promise.all([importPart(load), ...names.map((name) => loadCatalog(locale, name))])
  return loaded
}

/** Adds a catalogue to the shown translations, once: every load re-renders all texts of the page. */
async function loadCatalog(locale: Locale, name: CatalogName): Promise<void> {
  const { messages } = await importPart(catalogs[locale][name])
  const key = `${locale}/${name}`
  if (loadedCatalogs.has(key)) return
  loadedCatalogs.add(key)
  i18n.load(locale, messages)
}

/** Changes the language, after everything that is shown has been loaded in it. */
export async function activateLocale(locale: Locale): Promise<void> {
  await Promise.all([...needed].map((name) => loadCatalog(locale, name)))
  i18n.activate(locale)
  if (typeof document !== 'undefined') document.documentElement.lang = locale
}

export async function chooseLanguage(locale: Locale): Promise<void> {
  writeStored(storageKey, locale)
  await activateLocale(locale)
}

/** The font has one file for each alphabet. Every language needs Latin letters: names, addresses, numbers. */
const letters: Record<Locale, string> = { en: 'a', ru: 'aя' }

export async function startTranslations(): Promise<void> {
  needed.add('common')
  const locale = wantedLocale(readStored(storageKey))
  // Otherwise the browser would load the font with the first text, and paint every line twice.
  document.fonts.load('1em Onest', letters[locale]).catch(() => undefined)
  await activateLocale(locale)
}
