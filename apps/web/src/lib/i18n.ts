import { i18n, type Messages } from '@lingui/core'
import { importPart } from './import-part.ts'
import { readStored, writeStored } from './local-store.ts'
import { chooseLocale, type Locale, wantedLocale } from './locale.ts'

export type CatalogName = 'common' | 'chat' | 'pages' | 'parts' | 'console'

type Load = () => Promise<{ messages: Messages }>

const catalogs: Record<Locale, Record<CatalogName, Load>> = {
  en: {
    common: () => import('../locales/en/common.po'),
    chat: () => import('../locales/en/chat.po'),
    pages: () => import('../locales/en/pages.po'),
    parts: () => import('../locales/en/parts.po'),
    console: () => import('../locales/en/console.po'),
  },
  ru: {
    common: () => import('../locales/ru/common.po'),
    chat: () => import('../locales/ru/chat.po'),
    pages: () => import('../locales/ru/pages.po'),
    parts: () => import('../locales/ru/parts.po'),
    console: () => import('../locales/ru/console.po'),
  },
}

const storageKey = 'deskbell.locale'
const needed = new Set<CatalogName>()

/** These catalogues come with every language from now on. */
export function needCatalogs(names: readonly CatalogName[]): void {
  for (const name of names) needed.add(name)
}

/** A page and the catalogues that it needs, loaded side by side. Later languages bring these catalogues too. */
export async function withCatalogs<T>(names: readonly CatalogName[], load: () => Promise<T>): Promise<T> {
  needCatalogs(names)
  const locale = chooseLocale([i18n.locale])
  const loading = names.map(async (name) => i18n.load(locale, (await importPart(catalogs[locale][name])).messages))
  const [loaded] = await Promise.all([importPart(load), ...loading])
  return loaded
}

/** Changes the language, after everything that is shown has arrived in it. */
export async function activateLocale(locale: Locale): Promise<void> {
  const loaded = await Promise.all([...needed].map((name) => importPart(catalogs[locale][name])))
  for (const { messages } of loaded) i18n.load(locale, messages)
  i18n.activate(locale)
  if (typeof document !== 'undefined') document.documentElement.lang = locale
}

export async function chooseLanguage(locale: Locale): Promise<void> {
  writeStored(storageKey, locale)
  await activateLocale(locale)
}

/** The font's files are one for each alphabet. Latin letters are in every language: names, addresses, numbers. */
const letters: Record<Locale, string> = { en: 'a', ru: 'aя' }

export async function startTranslations(): Promise<void> {
  needed.add('common')
  const locale = wantedLocale(readStored(storageKey))
  // The browser would ask for it with the first text, and every line would be drawn twice.
  document.fonts.load('1em Onest', letters[locale]).catch(() => undefined)
  await activateLocale(locale)
}
