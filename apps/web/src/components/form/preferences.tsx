import { useLingui } from '@lingui/react/macro'
import { useSyncExternalStore } from 'react'
import { readStored, writeStored } from '../../lib/device/storage.ts'
import { chooseLanguage } from '../../lib/i18n.ts'
import { chooseLocale, type Locale, locales } from '../../lib/locale.ts'
import { Select } from './fields.tsx'

/** Each language in itself, so that users who need it can read it. */
const languageNames: Record<Locale, string> = { en: 'English', ru: 'Русский' }

/** The settings for language and colours. */
export function Preferences({ stacked = false }: { stacked?: boolean }) {
  const { t, i18n } = useLingui()
  const theme = useChosenTheme()
  const themeNames: Record<Theme, string> = { system: t`System`, light: t`Light`, dark: t`Dark` }
  return (
    <div className={stacked ? 'grid gap-3' : 'flex flex-wrap'}>
      <Select
        label={t`Language`}
        labelShown={stacked}
        quiet={!stacked}
        value={chooseLocale([i18n.locale])}
        options={locales.map((locale) => ({ value: locale, name: languageNames[locale] }))}
        onChange={(locale) => void chooseLanguage(locale)}
      />
      <Select
        label={t`Theme`}
        labelShown={stacked}
        quiet={!stacked}
        value={theme}
        options={themes.map((each) => ({ value: each, name: themeNames[each] }))}
        onChange={chooseTheme}
      />
    </div>
  )
}

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** The script in the head of every page reads the same key before the first paint. */
const storageKey = 'deskbell.theme'
const listeners = new Set<() => void>()

/** Returns the theme chosen on this device. A prerendered page uses `system`. */
export function useChosenTheme(): Theme {
  return useSyncExternalStore(subscribe, storedTheme, () => 'system')
}

export function chooseTheme(theme: Theme): void {
  writeStored(storageKey, theme === 'system' ? null : theme)
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  for (const listener of [...listeners]) listener()
}

/** If nothing can be stored, the page itself has the choice. */
function storedTheme(): Theme {
  const stored = readStored(storageKey) ?? document.documentElement.dataset['theme']
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
