import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Boundary } from '../components/boundary.tsx'
import { BrokenPage } from '../components/broken-page.tsx'

/** A page that fails while it is shown says so. */
export function PageBoundary({ children }: { children: ReactNode }) {
  return <Boundary fallback={() => <FailedPage />}>{children}</Boundary>
}

/** A fresh start brings fresh files too, if it was they that were missing. */
export function FailedPage() {
  return <BrokenPage title={<Trans>This page couldn’t be displayed</Trans>} onRetry={() => location.reload()} />
}
