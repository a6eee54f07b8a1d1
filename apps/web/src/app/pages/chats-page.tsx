import { createSdk, type Role, type Sdk, type User } from '@deskbell/sdk'
import { SdkProvider } from '@deskbell/sdk/react'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { useNavigate } from '../../components/navigation.tsx'
import type { SignOutStep } from '../../features/auth/lazy/sign-out.tsx'
import { forgetUser } from '../../lib/device/storage.ts'
import { importPart } from '../../lib/loading/import-part.ts'
import { useSession } from '../../lib/session.ts'
import { UserContext } from '../../lib/user-context.ts'
import { chatsPath, parseChatsSearch, signInPath, useChatsRoute } from '../routing/route.ts'
import { readSessionHints, rememberedUser, rememberUser, type SessionHint } from '../routing/session-hint.ts'

/** The page of the signed-in user: wraps a client's chats or the operators' console. */
export function ChatsPage({ children }: { children: ReactNode }) {
  const { hint } = useChatsRoute()
  return (
    <SessionPage key={`${hint.role}-${hint.userId}`} hint={hint}>
      {children}
    </SessionPage>
  )
}

/** Renders at once, whatever the network does: the user is known from the cookie and the device. */
function SessionPage({ hint, children }: { hint: SessionHint; children: ReactNode }) {
  const sdk = useNewSdk(hint)
  useSessionKept(sdk, hint)
  const user = useUser(sdk, hint)
  if (sdk === null) return null
  return (
    <SdkProvider sdk={sdk}>
      <UserContext value={user}>{children}</UserContext>
    </SdkProvider>
  )
}

function useNewSdk({ role, userId }: SessionHint): Sdk | null {
  const [sdk, setSdk] = useState<Sdk | null>(null)
  // Before the first paint: the page renders nothing without an SDK.
  useLayoutEffect(() => {
    const next = createSdk({ url: location.origin, role, session: 'cookie', userId })
    setSdk(next)
    return () => next.close()
  }, [role, userId])
  return sdk
}

/**
 * Returns the user, and asks the server while the page is shown: the session may have ended, or belong to another user.
 */
function useUser(sdk: Sdk | null, { role, userId }: SessionHint): User {
  const [user, setUser] = useState<User>(() => rememberedUser({ role, userId }) ?? nameless({ role, userId }))
  const { toSignIn, toOwnPage } = useLeave()
  useEffect(() => {
    if (sdk === null) return
    let wasSignedIn = false
    const update = () => {
      const session = sdk.session.getSnapshot()
      const present = readSessionHints(document.cookie)[role]
      if (session.kind === 'signed-in' && session.user.id === userId) {
        wasSignedIn = true
        rememberUser(session.user)
        setUser((before) => (isSame(before, session.user) ? before : session.user))
      } else if (session.kind === 'signed-in') toOwnPage(session.user.id)
      else if (session.kind === 'signed-out' && present !== undefined && present !== userId) toOwnPage(present)
      // A session that ends while its page is shown leaves the page and everything written there. A banner reports it.
      else if (session.kind === 'signed-out' && !wasSignedIn) {
        forgetUser({ role, userId })
        toSignIn(role)
      }
    }
    const stop = sdk.session.subscribe(update)
    update()
    return stop
  }, [sdk, role, userId, toSignIn, toOwnPage])
  return user
}

/** Compares what is shown, so that nothing renders again. */
function isSame(one: User, other: User): boolean {
  return (
    one.name === other.name &&
    one.access === other.access &&
    one.email === other.email &&
    one.avatarUrl === other.avatarUrl
  )
}

/** Used until the server sends the name, if the device stores nothing or the session was created elsewhere. */
function nameless({ role, userId }: SessionHint): User {
  return { id: userId, role, name: '', email: '', access: null, avatarUrl: null, createdAt: new Date(0).toISOString() }
}

/** Another user may have signed in beside this page. The SDK closes before its next socket uses their session. */
function useSessionKept(sdk: Sdk | null, { role, userId }: SessionHint): void {
  const { toOwnPage } = useLeave()
  useEffect(() => {
    if (sdk === null) return
    const update = () => {
      const present = readSessionHints(document.cookie)[role]
      if (present === undefined || present === userId) return
      sdk.close()
      toOwnPage(present)
    }
    const stop = sdk.connection.subscribe(update)
    window.addEventListener('focus', update)
    return () => {
      stop()
      window.removeEventListener('focus', update)
    }
  }, [sdk, role, userId, toOwnPage])
}

/** Returns the navigation away from a chats page. */
export function useLeave() {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      home: () => navigate('/'),
      /** For another user, who must not see the current chat. */
      toOtherUser: (role: Role) => navigate(signInPath(role)),
      /** Returns to the same chat after signing in. */
      toSignIn: (role: Role) => navigate(signInPath(role, shownNow())),
      toOwnPage: (userId: number) => navigate(chatsPath(userId, shownNow()), { replace: true }),
    }),
    [navigate],
  )
}

function shownNow() {
  return parseChatsSearch(location.search)
}

export type SignOut = {
  readonly step: SignOutStep
  /** Signs out, then calls `then`. Asks for confirmation first if messages are waiting. */
  readonly start: (then: () => void) => void
  readonly cancel: () => void
}

/** Returns how to sign out. The code for it is loaded with the account menu. */
export function useSignOut(): SignOut {
  const { sdk, user } = useSession()
  const [step, onStep] = useState<SignOutStep>({ kind: 'idle' })
  const start = async (then: () => void) => {
    if (step.kind === 'working') return
    try {
      const { signOut } = await importPart(() => import('../../features/auth/lazy/sign-out.tsx'))
      await signOut({ sdk, user, onStep, then })
    } catch (error) {
      onStep({ kind: 'failed', error })
    }
  }
  return { step, start: (then) => void start(then), cancel: () => onStep({ kind: 'idle' }) }
}
