import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AnnouncerProvider } from '../components/announcer.tsx'
import { TranslatedText } from '../components/translated-text.tsx'
import { startTranslations } from '../lib/i18n.ts'
import '../styles.css'
import { createAppRouter, RoutedPage } from './router.tsx'

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no #root')

await startTranslations()
const router = createAppRouter()
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n} defaultComponent={TranslatedText}>
      <AnnouncerProvider>
        <RoutedPage router={router} />
      </AnnouncerProvider>
    </I18nProvider>
  </StrictMode>,
)
