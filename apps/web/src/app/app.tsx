import { i18n } from '@lingui/core'
import { I18nProvider, type TransRenderProps } from '@lingui/react'
import { type ComponentType, isValidElement, type ReactNode, StrictMode } from 'react'
import { AnnouncerProvider } from '../components/announcer.tsx'
import type { Router } from './routing/create-router.ts'
import { RoutedPage } from './routing/router.tsx'

/** The root component, in a browser and at build time. */
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

/**
 * Renders each text of the catalogues in an element of its own, and another text as another element. Browsers that
 * translate pages move text nodes into elements of their own. React would then update a node that is no longer shown,
 * and fail to remove it.
 */
export function TranslatedText({ translation }: TransRenderProps) {
  return <span key={wordsOf(translation)}>{translation}</span>
}

function wordsOf(node: ReactNode): string {
  if (Array.isArray(node)) return node.map(wordsOf).join('\0')
  if (typeof node === 'string' || typeof node === 'number') return String(node)
  return isValidElement<{ children?: ReactNode }>(node) ? wordsOf(node.props.children) : ''
}
