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
      return <Trans>No open chats. A new one appears here by itself.</Trans>
    case 'mine':
      return <Trans>You have no open chats. Opening an unassigned one makes it yours.</Trans>
    case 'unassigned':
      return <Trans>Every open chat has an operator.</Trans>
    case 'closed':
      return <Trans>No chat has been closed yet.</Trans>
  }
}
