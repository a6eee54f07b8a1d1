import type { User } from '@deskbell/contract/users'
import { createSdk, type Sdk } from '@deskbell/sdk'
import { Trans } from '@lingui/react/macro'
import { lazy, Suspense, useEffect, useState } from 'react'
import { BrokenPage } from '../../components/broken-page.tsx'
import { errorCode, isFinal } from '../../lib/error-code.ts'
import { withCatalogs } from '../../lib/i18n.ts'
import { SessionContext } from '../../lib/session.ts'
import { untilAnswered } from '../../lib/until-answered.ts'
import { useChatsRoute } from '../chats-route.ts'
import { rememberedUser, rememberUser } from '../remembered-user.ts'
import { readSeatHints, type Seat } from '../seat.ts'
import { useLeave } from './use-leave.ts'

const ClientPage = lazy(async () => ({ default: (await import('./client-page.tsx')).ClientPage }))
const OperatorPage = lazy(async () => {
  const page = await withCatalogs(['pages', 'console'], import('./console/operator-page.tsx'))
  return { default: page.OperatorPage }
})

/** The page of the signed-in user: a client's chat or the operators' console. */
export function ChatsPage() {
  const { seat } = useChatsRoute()
  return <SeatPage key={`${seat.role}-${seat.userId}`} seat={seat} />
}

function SeatPage({ seat }: { seat: Seat }) {
  const sdk = useSdk(seat)
  useSeatKept(sdk, seat)
  const { user, failed, retry } = useUser(sdk, seat)
  if (failed) return <BrokenPage title={<Trans>Can’t reach the server</Trans>} onRetry={retry} />
  if (sdk === null || user === null) return <PageSkeleton />
  return (
    <SessionContext value={{ sdk, user }}>
      <Suspense fallback={<PageSkeleton />}>{seat.role === 'client' ? <ClientPage /> : <OperatorPage />}</Suspense>
    </SessionContext>
  )
}

function useSdk({ role, userId }: Seat): Sdk | null {
  const [sdk, setSdk] = useState<Sdk | null>(null)
  useEffect(() => {
    const next = createSdk({ url: location.origin, role, session: 'cookie', userId })
    setSdk(next)
    return () => next.close()
  }, [role, userId])
  return sdk
}

/** Who the session really belongs to: it may have ended, or be another person's by now. A reload without a line goes on. */
function useUser(sdk: Sdk | null, { role, userId }: Seat) {
  const [user, setUser] = useState<User | null>(null)
  const [failed, setFailed] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const { toSignIn, toOwnPage } = useLeave()
  useEffect(() => {
    if (sdk === null) return
    const ended = new AbortController()
    const take = ({ user: present }: { user: User }) => {
      if (present.id !== userId) return toOwnPage(present.id)
      rememberUser(present)
      setUser(present)
    }
    const refuse = (error: unknown) => {
      if (ended.signal.aborted) return
      if (errorCode(error) === 'unauthenticated') toSignIn(role)
      else setFailed(true)
    }
    const ask = (signal: AbortSignal) => sdk.client.users.me.query(undefined, { signal })
    const startWithout = (error: unknown) => {
      const known = isFinal(error) ? null : rememberedUser({ role, userId })
      if (known === null || ended.signal.aborted) return refuse(error)
      setUser(known)
      untilAnswered(ask, ended.signal).then(take).catch(refuse)
    }
    ask(ended.signal).then(take).catch(startWithout)
    return () => ended.abort()
  }, [sdk, role, userId, attempt, toSignIn, toOwnPage])
  const retry = () => {
    setFailed(false)
    setAttempt(attempt + 1)
  }
  return { user, failed, retry }
}

/** Another user may have signed in beside this page. Its next socket would be theirs, so it ends before that opens. */
function useSeatKept(sdk: Sdk | null, { role, userId }: Seat): void {
  const { toOwnPage } = useLeave()
  useEffect(() => {
    if (sdk === null) return
    const look = () => {
      const present = readSeatHints(document.cookie)[role]
      if (present === undefined || present === userId) return
      sdk.close()
      toOwnPage(present)
    }
    const stop = sdk.connection.subscribe(look)
    window.addEventListener('focus', look)
    return () => {
      stop()
      window.removeEventListener('focus', look)
    }
  }, [sdk, role, userId, toOwnPage])
}

function PageSkeleton() {
  return (
    <p role="status" className="m-auto grid dvh-full animate-late place-content-center text-body text-ink-2">
      <Trans>Loading…</Trans>
    </p>
  )
}
