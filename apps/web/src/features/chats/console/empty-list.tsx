import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { ConsoleFilter } from './console-filter.ts'

/** Why there is nothing here. */
export function EmptyList({ filter }: { filter: ConsoleFilter }) {
  return <p className="p-8 text-center text-body text-ink-2">{reason(filter)}</p>
}

function reason(filter: ConsoleFilter): ReactNode {
  switch (filter) {
    case 'all':
      return <Trans>No open chats. New ones appear automatically.</Trans>
    case 'mine':
      return <Trans>You have no open chats. Open an unassigned one to take it.</Trans>
    case 'unassigned':
      return <Trans>The queue is empty.</Trans>
    case 'closed':
      return <Trans>No closed chats yet.</Trans>
  }
}
