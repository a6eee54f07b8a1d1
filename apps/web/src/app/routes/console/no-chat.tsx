import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Icon } from '../../../components/icon.tsx'

/** Nothing is open: what to do, if there is a chat at all, and which keys help. */
export function NoChat({ isQuiet }: { isQuiet: boolean }) {
  return (
    <div className="m-auto grid justify-items-center gap-3 p-8 text-center">
      <span className="inline-flex size-14 items-center justify-center rounded-full bg-selected text-ink-3 forced-frame">
        <Icon name="chat" size={26} />
      </span>
      <h2 className="text-title font-semibold">
        {isQuiet ? <Trans>Nobody is waiting</Trans> : <Trans>Select a chat</Trans>}
      </h2>
      <p className="text-body text-ink-2">
        {isQuiet ? (
          <Trans>When a client writes, the chat appears in the list.</Trans>
        ) : (
          <Trans>Opening an unassigned chat assigns it to you.</Trans>
        )}
      </p>
      <dl className="mt-3 grid grid-cols-[auto_auto] items-center gap-x-3 gap-y-2 text-start text-small text-ink-2 max-md:hidden">
        <Key keys={['J', 'K']}>
          <Trans>next and previous chat</Trans>
        </Key>
        <Key keys={['Enter']}>
          <Trans>open chat</Trans>
        </Key>
        <Key keys={['R']}>
          <Trans>reply</Trans>
        </Key>
        <Key keys={['O']}>
          <Trans>reopen a closed chat</Trans>
        </Key>
        <Key keys={['Esc']}>
          <Trans>back to list</Trans>
        </Key>
      </dl>
    </div>
  )
}

function Key({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <>
      <dt className="flex justify-end gap-1">
        {keys.map((key) => (
          <kbd key={key} className="rounded-chip border border-line bg-raised px-1.5 text-micro font-medium text-ink">
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </>
  )
}
