import { Trans, useLingui } from '@lingui/react/macro'
import { useContext, useEffect, useRef, useState } from 'react'
import { buttonClass } from '../../../components/button.tsx'
import { AppLink, useNavigate } from '../../../components/navigation.tsx'
import { AccountLinkForm } from '../../../features/auth/accounts/account-link-form.tsx'
import { useTitle } from '../../routing/page-title.ts'
import { type AccountLink, AccountLinkContext } from '../../routing/route.ts'
import { PublicLayout } from '../public/public-layout.tsx'
import { FormPage, useOnSignedIn } from './form-page.tsx'

/** Where the links of setup, of invitations and of new passwords lead. */
export function AccountLinkPage() {
  const link = useContext(AccountLinkContext)
  const { t } = useLingui()
  const [token, forget] = useLinkToken()
  const onSignedIn = useOnSignedIn()
  const navigate = useNavigate()
  const words = {
    setup: [t`Set up Deskbell`, t`Create the first admin account.`],
    invitation: [t`Accept the invitation`, t`Choose your name and a password to become an operator.`],
    reset: [t`New password`, null],
  } as const
  const [title, text] = words[link]
  useTitle(title, 0)
  if (token === '') return <GonePage link={link} />
  return (
    <FormPage title={title} text={text}>
      <AccountLinkForm
        key={token}
        link={link}
        token={token}
        onGone={forget}
        onSignedIn={onSignedIn}
        onReset={() => {
          forget()
          navigate('/login-operator', { replace: true })
        }}
      />
    </FormPage>
  )
}

/** Says what to do with a link that does not work: it was used, has expired, was replaced, or was cut off. */
function GonePage({ link }: { link: AccountLink }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <PublicLayout>
      <div className="m-auto grid max-w-[30rem] grid-cols-[minmax(0,1fr)] justify-items-start gap-3 py-10">
        <h1
          ref={heading}
          tabIndex={-1}
          className="text-h1 font-semibold text-balance shadow-none outline-none max-md:text-h2"
        >
          <Trans>This link doesn’t work</Trans>
        </h1>
        <p className="text-read text-ink-2">
          <Trans>It may have been used already, have expired, or be incomplete.</Trans>
        </p>
        <p className="text-read text-ink-2">
          {link === 'setup' ? (
            <Trans>If there’s no admin yet, restart the server: it prints a new link.</Trans>
          ) : (
            <Trans>If you’ve used it before, sign in. If not, ask an admin for a new one.</Trans>
          )}
        </p>
        <AppLink to="/login-operator" className={`${buttonClass('primary', true)} mt-3`}>
          <Trans>Go to sign-in</Trans>
        </AppLink>
      </div>
    </PublicLayout>
  )
}

/**
 * Returns the token of the link that was opened, and what forgets it. It is kept in memory only, and removed from the
 * address, and so from the history, at once.
 */
function useLinkToken(): readonly [token: string, forget: () => void] {
  const [token, setToken] = useState(takeToken)
  useEffect(() => {
    // Another link that is opened in the same tab loads nothing.
    const take = () => setToken(takeToken())
    window.addEventListener('hashchange', take)
    return () => window.removeEventListener('hashchange', take)
  }, [])
  const forget = () => {
    taken = ''
    setToken('')
  }
  return [token, forget]
}

let taken = ''

function takeToken(): string {
  const given = location.hash.slice(1)
  if (given !== '') {
    taken = given
    history.replaceState(null, '', location.pathname + location.search)
  }
  return taken
}
