import { i18n, type Messages } from '@lingui/core'
import { readStored, writeStored } from './local-store.ts'

export const locales = ['en', 'ru'] as const
export type Locale = (typeof locales)[number]
export type CatalogName = 'common' | 'console'

type Load = () => Promise<{ messages: Messages }>

const catalogs: Record<Locale, Record<CatalogName, Load>> = {
  en: { common: () => import('../locales/en/common.po'), console: () => import('../locales/en/console.po') },
  ru: { common: () => import('../locales/ru/common.po'), console: () => import('../locales/ru/console.po') },
}

const storageKey = 'deskbell.locale'
const needed = new Set<CatalogName>()

/** The language that was chosen here before, else the first of the browser's that we have, else English. */
export function initialLocale(): Locale {
  return chooseLocale([readStored(storageKey) ?? '', ...navigator.languages])
}

/** The first wanted language that we have; `ru-RU` is `ru`. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = locales.find((locale) => tag.toLowerCase().split('-')[0] === locale)
    if (found !== undefined) return found
  }
  return 'en'
}

/** Loads one more catalogue of the present language. */
export async function needCatalog(name: CatalogName): Promise<void> {
  needed.add(name)
  const locale = chooseLocale([i18n.locale])
  i18n.load(locale, (await catalogs[locale][name]()).messages)
}

/** Changes the language, after everything that is shown has arrived in it. */
export async function activateLocale(locale: Locale): Promise<void> {
  const loaded = await Promise.all([...needed].map((name) => catalogs[locale][name]()))
  for (const { messages } of loaded) i18n.load(locale, messages)
  i18n.activate(locale)
  document.documentElement.lang = locale
}

export async function chooseLanguage(locale: Locale): Promise<void> {
  writeStored(storageKey, locale)
  await activateLocale(locale)
}

export async function startTranslations(): Promise<void> {
  needed.add('common')
  await activateLocale(initialLocale())
}
