import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button } from '../../../components/button.tsx'
import { Preferences } from '../../../components/form/preferences.tsx'
import { useSession } from '../../../lib/session.ts'

export type AccountPanelProps = {
  readonly onSignOut: () => void
  /** Signing out is running. */
  readonly signingOut: boolean
  readonly onSwitchUser: () => void
  /** More settings of this page. */
  readonly children?: ReactNode
}

/** Shows the user, the settings of the page, and signing out. */
export function AccountPanel({ onSignOut, signingOut, onSwitchUser, children }: AccountPanelProps) {
  const { user } = useSession()
  return (
    <>
      <p className="truncate text-body font-semibold">
        <bdi>{user.name}</bdi>
      </p>
      {user.email !== null && (
        <p className="truncate text-small text-ink-2">
          <bdi>{user.email}</bdi>
        </p>
      )}
      <div className="my-4 grid gap-3 border-y border-line py-4">
        <Preferences stacked />
        {children}
      </div>
      <div className="grid gap-2">
        <Button busy={signingOut} onClick={onSwitchUser}>
          <Trans>Switch user</Trans>
        </Button>
        <Button busy={signingOut} onClick={onSignOut}>
          <Trans>Sign out</Trans>
        </Button>
      </div>
    </>
  )
}
