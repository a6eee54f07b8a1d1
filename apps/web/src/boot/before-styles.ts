import { type Locale, wantedLocale } from '../lib/locale.ts'

/**
 * Runs in the head of every page, before the first paint. It sets the colours and the language that the reader chose,
 * and preloads the page's files, which the browser would find only one after the other. It also makes the policy without
 * which the browser takes no text as a script: it knows the service worker alone.
 */

/** Set by the build: the files of each page, and those of its texts. */
declare const deskbellPreloads: Readonly<Record<string, Readonly<Record<Locale, readonly string[]>>>>

window.trustedTypes?.createPolicy('default', { createScriptURL: (url) => (url === '/sw.js' ? url : null) })
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
  if (path.startsWith('/settings')) return 'settings'
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
