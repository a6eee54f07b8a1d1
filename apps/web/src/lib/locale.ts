export const locales = ['en', 'ru'] as const
export type Locale = (typeof locales)[number]

/** Returns the language that was chosen on this device, else the first supported one of the browser, else English. */
export function wantedLocale(chosen: string | null): Locale {
  return chooseLocale([chosen ?? '', ...wantedLanguages()])
}

/** Returns the first supported language; `ru-RU`, `ru_RU` and `rus` are `ru`. Accepts whatever a browser reports. */
export function chooseLocale(wanted: readonly unknown[]): Locale {
  for (const tag of wanted) {
    // `Intl` is not asked whether it supports the language: loading its data would delay the first paint by 20 ms.
    const language = canonicalTag(tag)?.split('-')[0]
    const found = locales.find((locale) => locale === language)
    if (found !== undefined) return found
  }
  return 'en'
}

/** Returns the page's language with the reader's own region: `en` on a British computer is `en-GB`. */
export function regionalTag(locale: string, wanted: readonly unknown[]): string {
  const tags = wanted.map(languageTag)
  return tags.find((tag) => tag === locale || tag?.startsWith(`${locale}-`)) ?? languageTag(locale) ?? 'en'
}

/** Returns the languages of the browser. Some report none, or something that is not a list. */
export function wantedLanguages(): readonly unknown[] {
  const wanted: unknown = navigator.languages
  return Array.isArray(wanted) && wanted.length > 0 ? wanted : [navigator.language]
}

/**
 * Returns the tag in a form that every `Intl` constructor accepts; undefined for what is not a language: `C`, `*`, ``.
 */
function languageTag(reported: unknown): string | undefined {
  const tag = canonicalTag(reported)
  // A tag can be well-formed and still unknown to `Intl`, such as `posix`.
  return tag === undefined ? undefined : Intl.DateTimeFormat.supportedLocalesOf(tag)[0]
}

/** Returns `ru-RU` for `ru_RU`, `RU-ru` and `rus-RU`; undefined for what is not well-formed. */
function canonicalTag(reported: unknown): string | undefined {
  if (typeof reported !== 'string') return undefined
  // POSIX writes `ru_RU.UTF-8@currency=RUB`.
  const [tag = ''] = reported.trim().replaceAll('_', '-').split(/[@.]/)
  for (const part of [tag, tag.split('-')[0] ?? '']) {
    try {
      return Intl.getCanonicalLocales(part)[0]
    } catch {
      // The part before the first hyphen may still be a language.
    }
  }
  return undefined
}
