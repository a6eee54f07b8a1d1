import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { type ComponentType, StrictMode } from 'react'
import { AnnouncerProvider } from '../components/announcer.tsx'
import { TranslatedText } from '../components/translated-text.tsx'
import type { Router } from './create-router.ts'
import { RoutedPage } from './router.tsx'

/** Everything, in a browser and while pages are drawn at build time. */
export function App({ router }: { router: Router<ComponentType> }) {
  return (
    <StrictMode>
      <I18nProvider i18n={i18n} defaultComponent={TranslatedText}>
        <AnnouncerProvider>
          <RoutedPage router={router} />
        </AnnouncerProvider>
      </I18nProvider>
    </StrictMode>
  )
}
