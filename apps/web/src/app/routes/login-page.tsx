import type { User } from '@deskbell/contract/users'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useContext } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { SignInForm } from '../../features/auth/sign-in-form.tsx'
import { useNavigate } from '../../lib/navigation.ts'
import { SearchContext } from '../chats-route.ts'
import { chatsPath, signInPath } from '../chats-search.ts'
import { rememberUser } from '../remembered-user.ts'
import { PublicLayout } from './public-layout.tsx'

export function ClientLoginPage() {
  return (
    <LoginPage
      role="client"
      title={<Trans>Sign in as a client</Trans>}
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
      other={
        <OtherRole role="client">
          <Trans>I’m a client</Trans>
        </OtherRole>
      }
    />
  )
}

/** Whoever was led to the wrong form comes to the same chat by the other one. */
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

type LoginPageProps = { readonly role: User['role']; readonly title: ReactNode; readonly other: ReactNode }

function LoginPage({ role, title, other }: LoginPageProps) {
  const navigate = useNavigate()
  const search = useContext(SearchContext)
  const onSignedIn = (user: User) => {
    rememberUser(user)
    navigate(chatsPath(user.id, search))
  }
  return (
    <PublicLayout words>
      <div className="m-auto grid w-full max-w-[26rem] gap-5 py-8">
        <div className="grid gap-5 rounded-card border border-line bg-surface p-6 shadow-card">
          <h1 className="text-h2 font-semibold">{title}</h1>
          <SignInForm role={role} onSignedIn={onSignedIn} />
        </div>
        <p className="text-center">{other}</p>
      </div>
    </PublicLayout>
  )
}
