import { type Locale, wantedLocale } from '../lib/locale.ts'

/**
 * Stands in the head of every page, before anything is painted: the colours and the language that the reader chose,
 * and the files of this page, which the browser would find out about only one after the other.
 */

/** Written in by the build: the files of each page, and those of its texts. */
declare const deskbellPreloads: Readonly<Record<string, Readonly<Record<Locale, readonly string[]>>>>

const root = document.documentElement
const theme = stored('deskbell.theme')
if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme
const locale = wantedLocale(stored('deskbell.locale'))
root.lang = locale
for (const file of deskbellPreloads[pageOfAddress()]?.[locale] ?? []) {
  const link = document.createElement('link')
  link.rel = 'modulepreload'
  link.href = file
  document.head.append(link)
}

function pageOfAddress(): string {
  const path = location.pathname
  const [, userId] = /^\/chats\/(\d+)/.exec(path) ?? []
  if (userId === undefined) return path
  return document.cookie.includes(`deskbell_operator_id=${userId}`) ? 'operator' : 'client'
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
