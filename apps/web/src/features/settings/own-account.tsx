import type { AppRouter } from '@deskbell/sdk'
import { errorCode } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import type { inferRouterOutputs } from '@trpc/server'
import { useState } from 'react'
import { AccountForm } from '../../components/accounts/account-form.tsx'
import { Button } from '../../components/button.tsx'
import { useFormat } from '../../components/use-format.ts'
import { callOnce } from '../../lib/call-once.ts'
import { useSession } from '../../lib/session.ts'
import { trpc } from '../../lib/trpc.ts'
import { OwnAvatar } from './own-avatar.tsx'
import { ConfirmDialog, ListState, listClass, rowClass, Section, Tag } from './section.tsx'
import { SignInSecurity } from './sign-in-security.tsx'

/** Who one is, the own password, and where one is signed in. */
export function OwnAccount() {
  const { t } = useLingui()
  const { user } = useSession()
  return (
    <>
      <Section title={t`My account`}>
        <OwnAvatar />
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
          <dt className="text-ink-2">
            <Trans>Name</Trans>
          </dt>
          <dd className="truncate">
            <bdi>{user.name}</bdi>
          </dd>
          <dt className="text-ink-2">
            <Trans>Email</Trans>
          </dt>
          <dd className="truncate">
            <bdi>{user.email}</bdi>
          </dd>
          <dt className="text-ink-2">
            <Trans>Access</Trans>
          </dt>
          <dd>{user.access === 'admin' ? <Trans>Admin</Trans> : <Trans>Operator</Trans>}</dd>
        </dl>
      </Section>
      <Password />
      <SignInSecurity />
      <Sessions />
    </>
  )
}

function Password() {
  const { t } = useLingui()
  const { sdk } = useSession()
  const utils = trpc.useUtils()
  const [isChanged, setChanged] = useState(false)
  const wrong = t`This isn’t your current password.`
  return (
    <Section title={t`Change password`} text={<Trans>You’ll be signed out everywhere else.</Trans>}>
      <div className="max-w-[25rem]">
        <AccountForm
          fields={['current', 'newPassword']}
          stays
          look="plain"
          submit={<Trans>Change password</Trans>}
          faultsOf={(error) => (errorCode(error) === 'invalid_credentials' ? { current: wrong } : undefined)}
          onSubmit={async ({ current, password }) => {
            setChanged(false)
            await callOnce((signal) => sdk.api.auth.changePassword.mutate({ current, password }, { signal }))
            setChanged(true)
            void utils.auth.sessions.invalidate()
          }}
        />
        <p role="status" className="mt-3 text-small text-ok-text empty:hidden">
          {isChanged && <Trans>Password changed. You’re signed out everywhere else.</Trans>}
        </p>
      </div>
    </Section>
  )
}

type Session = inferRouterOutputs<AppRouter>['auth']['sessions']['items'][number]

function Sessions() {
  const { t } = useLingui()
  const query = trpc.auth.sessions.useQuery(undefined, { staleTime: 0 })
  const sessions = query.data?.items ?? []
  return (
    <Section
      title={t`Where you’re signed in`}
      text={<Trans>If you don’t know one of these, sign out there and change your password.</Trans>}
    >
      <ListState query={query} />
      {sessions.length > 0 && (
        <ul className={listClass}>
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} onEnded={() => void query.refetch()} />
          ))}
        </ul>
      )}
    </Section>
  )
}

function SessionRow({ session, onEnded }: { session: Session; onEnded: () => void }) {
  const { t } = useLingui()
  const { sdk } = useSession()
  const format = useFormat()
  const [isAsking, setAsking] = useState(false)
  const signedIn = `${format.date(session.createdAt)}, ${format.time(session.createdAt)}`
  const used = `${format.date(session.lastSeenAt)}, ${format.time(session.lastSeenAt)}`
  return (
    <li className={rowClass}>
      <div className="grid min-w-0 flex-1 basis-48">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          <Trans>Signed in on {signedIn}</Trans>
          {session.current && (
            <Tag>
              <Trans>This browser</Trans>
            </Tag>
          )}
        </span>
        <span className="text-small text-ink-2">
          <Trans>Last used on {used}</Trans>
        </span>
      </div>
      {!session.current && (
        <Button aria-label={t`Sign out there: signed in on ${signedIn}`} onClick={() => setAsking(true)}>
          <Trans>Sign out there</Trans>
        </Button>
      )}
      {isAsking && (
        <ConfirmDialog
          title={t`Sign out there?`}
          text={<Trans>Whoever uses that browser will have to sign in again.</Trans>}
          confirm={<Trans>Sign out there</Trans>}
          call={(signal) => sdk.api.auth.endSession.mutate({ sessionId: session.id }, { signal })}
          onDone={() => {
            setAsking(false)
            onEnded()
          }}
          onDismiss={() => setAsking(false)}
        />
      )}
    </li>
  )
}
