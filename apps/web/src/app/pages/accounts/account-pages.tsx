import type { Role } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useContext } from 'react'
import { buttonClass } from '../../../components/button.tsx'
import { AppLink } from '../../../components/navigation.tsx'
import { GuestForm, OperatorSignInForm } from '../../../features/auth/accounts/sign-in-forms.tsx'
import { chatsPath, SearchContext, signInPath } from '../../routing/route.ts'
import { presentSessions } from '../../routing/session-hint.ts'
import { FormPage, useOnSignedIn } from './form-page.tsx'

/** The sign-in page of operators in secure mode. */
export function OperatorSignInPage() {
  return (
    <FormPage
      title={<Trans>Sign in as an operator</Trans>}
      text={<Trans>All chats in one inbox. Open one to take it.</Trans>}
      below={
        <OtherWay role="client">
          <Trans>I’m a client</Trans>
        </OtherWay>
      }
    >
      <OperatorSignInForm onSignedIn={useOnSignedIn()} />
    </FormPage>
  )
}

/** In secure mode a client starts without an account. */
export function GuestPage() {
  const { client } = presentSessions()
  const search = useContext(SearchContext)
  const onSignedIn = useOnSignedIn()
  return (
    <FormPage
      title={<Trans>Start a chat</Trans>}
      text={<Trans>You don’t need an account. We’ll reply here and keep the chat in this browser.</Trans>}
      below={
        <OtherWay role="operator">
          <Trans>I’m an operator</Trans>
        </OtherWay>
      }
    >
      {client !== undefined && (
        <div className="grid gap-3 border-b border-line pb-5">
          <AppLink to={chatsPath(client, search)} className={buttonClass('primary', true)}>
            <Trans>Open my chat</Trans>
          </AppLink>
          <p className="text-small text-ink-2">
            <Trans>Or start as a new guest. The chats you have in this browser can’t be opened after that.</Trans>
          </p>
        </div>
      )}
      <GuestForm onSignedIn={onSignedIn} isSecondary={client !== undefined} />
    </FormPage>
  )
}

/** A user who came to the wrong form reaches the same chat by the other one. */
function OtherWay({ role, children }: { role: Role; children: ReactNode }) {
  return (
    <AppLink
      to={signInPath(role, useContext(SearchContext))}
      className="inline-flex min-h-6 items-center text-small font-medium text-accent-text underline underline-offset-2"
    >
      {children}
    </AppLink>
  )
}
