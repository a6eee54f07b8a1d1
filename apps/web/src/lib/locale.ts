export const locales = ['en', 'ru'] as const
export type Locale = (typeof locales)[number]

/** The language that was chosen here before, else the first of the browser's that we have, else English. */
export function wantedLocale(chosen: string | null): Locale {
  return chooseLocale([chosen ?? '', ...wantedLanguages()])
}

/** The first wanted language that we have; `ru-RU`, `ru_RU` and `rus` are `ru`. Takes whatever a browser reports. */
export function chooseLocale(wanted: readonly unknown[]): Locale {
  for (const tag of wanted) {
    const language = languageTag(tag)?.split('-')[0]
    const found = locales.find((locale) => locale === language)
    if (found !== undefined) return found
  }
  return 'en'
}

/** The page's language as the reader's own region writes it: `en` on a British computer is `en-GB`. */
export function regionalTag(locale: string, wanted: readonly unknown[]): string {
  const tags = wanted.map(languageTag)
  return tags.find((tag) => tag === locale || tag?.startsWith(`${locale}-`)) ?? languageTag(locale) ?? 'en'
}

/** The languages of the browser. Some report none, or something that is not a list. */
export function wantedLanguages(): readonly unknown[] {
  const wanted: unknown = navigator.languages
  return Array.isArray(wanted) && wanted.length > 0 ? wanted : [navigator.language]
}

/** In the form that every `Intl` constructor accepts; undefined for what is not a language: `C`, `*`, ``. */
function languageTag(reported: unknown): string | undefined {
  if (typeof reported !== 'string') return undefined
  // POSIX writes `ru_RU.UTF-8@currency=RUB`.
  const [tag = ''] = reported.trim().replaceAll('_', '-').split(/[@.]/)
  return canonicalTag(tag) ?? canonicalTag(tag.split('-')[0] ?? '')
}

/** Undefined for what is well formed and still no language that `Intl` knows, such as `posix`. */
function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0]
  } catch {
    return undefined
  }
}
