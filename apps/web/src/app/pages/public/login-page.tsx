import type { User } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useContext } from 'react'
import { AppLink, useNavigate } from '../../../components/navigation.tsx'
import { SignInForm } from '../../../features/auth/sign-in-form.tsx'
import { readAuthMode } from '../../env.ts'
import { chatsPath, SearchContext, signInPath } from '../../routing/route.ts'
import { rememberUser } from '../../routing/session-hint.ts'
import { PublicLayout } from './public-layout.tsx'

export function ClientLoginPage() {
  return (
    <LoginPage
      role="client"
      title={<Trans>Sign in as a client</Trans>}
      text={<Trans>Message us. We’ll reply here and keep the chat.</Trans>}
      other={
        <OtherRole role="operator">
          <Trans>I’m an operator</Trans>
        </OtherRole>
      }
    />
  )
}

export function OperatorLoginPage() {
  return (
    <LoginPage
      role="operator"
      title={<Trans>Sign in as an operator</Trans>}
      text={<Trans>All chats in one inbox. Open one to take it.</Trans>}
      other={
        <OtherRole role="client">
          <Trans>I’m a client</Trans>
        </OtherRole>
      }
    />
  )
}

/** A user who came to the wrong form reaches the same chat by the other one. */
function OtherRole({ role, children }: { role: User['role']; children: ReactNode }) {
  return (
    <AppLink
      to={signInPath(role, useContext(SearchContext))}
      className="inline-flex min-h-6 items-center text-small font-medium text-accent-text underline underline-offset-2"
    >
      {children}
    </AppLink>
  )
}

type LoginPageProps = {
  readonly role: User['role']
  readonly title: ReactNode
  /** What the user gets after signing in. */
  readonly text: ReactNode
  readonly other: ReactNode
}

function LoginPage({ role, title, text, other }: LoginPageProps) {
  const navigate = useNavigate()
  const search = useContext(SearchContext)
  const onSignedIn = (user: User) => {
    rememberUser(user)
    navigate(chatsPath(user.id, search))
  }
  return (
    <PublicLayout>
      <div className="m-auto grid w-full max-w-[25rem] gap-6 py-6">
        <div className="grid justify-items-center gap-2 text-center">
          <h1 className="text-h1 font-semibold text-balance max-md:text-h2">{title}</h1>
          <p className="text-body text-ink-2">{text}</p>
        </div>
        <div className="grid gap-5 rounded-[1rem] border border-line bg-surface p-6 shadow-menu max-md:p-5">
          <SignInForm role={role} onSignedIn={onSignedIn} />
          {readAuthMode() === 'open' && (
            <p className="rounded-control bg-info-soft px-3 py-2 text-small text-info-text forced-frame">
              <Trans>Demo mode: anyone who can open this page can sign in as any user. Don’t use in production.</Trans>
            </p>
          )}
        </div>
        <p className="text-center">{other}</p>
      </div>
    </PublicLayout>
  )
}
