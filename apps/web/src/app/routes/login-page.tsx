import type { User } from '@deskbell/contract/users'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { SignInForm } from '../../features/auth/sign-in-form.tsx'
import { useNavigate } from '../../lib/navigation.ts'
import { PublicLayout } from './public-layout.tsx'

export function ClientLoginPage() {
  return (
    <LoginPage
      role="client"
      title={<Trans>Sign in as a client</Trans>}
      other={
        <AppLink to="/login-operator" className={linkClass}>
          <Trans>I’m an operator</Trans>
        </AppLink>
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
        <AppLink to="/login" className={linkClass}>
          <Trans>I’m a client</Trans>
        </AppLink>
      }
    />
  )
}

const linkClass =
  'inline-flex min-h-6 items-center text-small font-medium text-accent-text underline underline-offset-2'

type LoginPageProps = { readonly role: User['role']; readonly title: ReactNode; readonly other: ReactNode }

function LoginPage({ role, title, other }: LoginPageProps) {
  const navigate = useNavigate()
  const onSignedIn = (user: User) => navigate(`/chats/${user.id}`)
  return (
    <PublicLayout>
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
