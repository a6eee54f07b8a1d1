export const locales = ['en', 'ru'] as const
export type Locale = (typeof locales)[number]

/** The first wanted language that we have; `ru-RU` is `ru`. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const found = locales.find((locale) => tag.toLowerCase().split('-')[0] === locale)
    if (found !== undefined) return found
  }
  return 'en'
}
