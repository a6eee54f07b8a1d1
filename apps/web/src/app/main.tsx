import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { AnnouncerProvider } from '../components/announcer.tsx'
import { startTranslations } from '../lib/i18n.ts'
import '../styles.css'
import { createAppRouter } from './router.tsx'

const root = document.querySelector('#root')
if (root === null) throw new Error('the page has no #root')

await startTranslations()
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <AnnouncerProvider>
        <RouterProvider router={createAppRouter()} />
      </AnnouncerProvider>
    </I18nProvider>
  </StrictMode>,
)
