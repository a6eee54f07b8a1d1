import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button } from '../../../components/button.tsx'
import { Icon } from '../../../components/icon.tsx'
import type { ConsoleFilter } from './console-filter.ts'
import { filterIcons } from './filter-bar.tsx'

/** Why there is nothing here, and what can be done. */
export function EmptyList({ filter, onStart }: { filter: ConsoleFilter; onStart: () => void }) {
  return (
    <div className="grid justify-items-center gap-3 px-6 py-12 text-center text-body text-ink-2">
      <span className="inline-flex size-12 items-center justify-center rounded-full bg-selected text-ink-3 forced-frame">
        <Icon name={filterIcons[filter]} size={22} />
      </span>
      <p className="max-w-[18rem] text-balance">{reason(filter)}</p>
      {filter === 'all' && (
        <Button onClick={onStart}>
          <Trans>New chat</Trans>
        </Button>
      )}
    </div>
  )
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
