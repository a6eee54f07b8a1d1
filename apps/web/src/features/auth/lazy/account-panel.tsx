import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Button, buttonClass } from '../../../components/button.tsx'
import { Preferences } from '../../../components/form/preferences.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { useSession } from '../../../lib/session.ts'

export type AccountPanelProps = {
  readonly onSignOut: () => void
  /** Signing out is running. */
  readonly signingOut: boolean
  readonly onSwitchUser: () => void
  /** Operators have accounts, and clients are guests. */
  readonly isSecure: boolean
  /** More settings of this page. */
  readonly children?: ReactNode
}

/** Shows the user, the settings of the page, and signing out. */
export function AccountPanel({ onSignOut, signingOut, onSwitchUser, isSecure, children }: AccountPanelProps) {
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
        {isSecure && user.role === 'operator' && (
          <AppLink to="/settings/account" className={buttonClass('plain')}>
            <Trans>Settings</Trans>
          </AppLink>
        )}
        {/* A guest cannot come back. */}
        {user.email !== null && (
          <Button busy={signingOut} onClick={onSwitchUser}>
            <Trans>Switch user</Trans>
          </Button>
        )}
        <Button busy={signingOut} onClick={onSignOut}>
          <Trans>Sign out</Trans>
        </Button>
      </div>
    </>
  )
}
