import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'

/** In place of a page that cannot be shown: what is safe, and the way on. */
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
