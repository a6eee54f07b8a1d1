import { Trans } from '@lingui/react/macro'
import { Component, type ReactNode } from 'react'
import { Button } from './button.tsx'

type BoundaryProps = { readonly fallback: (retry: () => void) => ReactNode; readonly children: ReactNode }

/** Renders a fallback when its children fail; without it React would leave an empty window. */
export class Boundary extends Component<BoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    const { fallback, children } = this.props
    return this.state.failed ? fallback(() => this.setState({ failed: false })) : children
  }
}

/** Shown instead of a page that cannot be rendered: says that the chats are safe, and offers a retry. */
export function BrokenPage({ title, onRetry }: { title: ReactNode; onRetry: () => void }) {
  return (
    <main className="grid dvh-full place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-h2 font-semibold">{title}</h1>
      <p className="text-body text-ink-2">
        <Trans>Your chats are safe. Check your connection and try again.</Trans>
      </p>
      <Button look="primary" onClick={onRetry}>
        <Trans>Try again</Trans>
      </Button>
    </main>
  )
}
