import { useLingui } from '@lingui/react/macro'
import { chooseLanguage } from '../lib/i18n.ts'
import { chooseLocale, type Locale, locales } from '../lib/locale.ts'
import { chooseTheme, type Theme, themes, useChosenTheme } from '../lib/theme.ts'
import { Select } from './select.tsx'

/** Every language in its own words, so that who needs it can read it. */
const languageNames: Record<Locale, string> = { en: 'English', ru: 'Русский' }

/** Language and colours. */
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
