import { Trans } from '@lingui/react/macro'
import { Component, type ReactNode } from 'react'
import { BrokenPage } from '../components/broken-page.tsx'

type PageBoundaryProps = { readonly children: ReactNode }

/** A page that fails while it is shown says so; without this React would leave an empty window. */
export class PageBoundary extends Component<PageBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? <FailedPage /> : this.props.children
  }
}

/** A fresh start brings fresh files too, if it was they that were missing. */
export function FailedPage() {
  return <BrokenPage title={<Trans>This page couldn’t be displayed</Trans>} onRetry={() => location.reload()} />
}
