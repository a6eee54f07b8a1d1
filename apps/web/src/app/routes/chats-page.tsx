import type { User } from '@deskbell/contract/users'
import { createSdk, type Sdk } from '@deskbell/sdk'
import { type ReactNode, useEffect, useLayoutEffect, useState } from 'react'
import { forgetUser } from '../../lib/device-memory.ts'
import { errorCode } from '../../lib/error-code.ts'
import { SessionContext } from '../../lib/session.ts'
import { untilAnswered } from '../../lib/until-answered.ts'
import { useChatsRoute } from '../chats-route.ts'
import { rememberedUser, rememberUser } from '../remembered-user.ts'
import { readSeatHints, type Seat } from '../seat.ts'
import { useLeave } from './use-leave.ts'

/** The page of the signed-in user: around a client's chat, or around the operators' console. */
export function ChatsPage({ children }: { children: ReactNode }) {
  const { seat } = useChatsRoute()
  return (
    <SeatPage key={`${seat.role}-${seat.userId}`} seat={seat}>
      {children}
    </SeatPage>
  )
}

/** Shown at once, whatever the network does: who sits here is known from the cookie, and from the device. */
function SeatPage({ seat, children }: { seat: Seat; children: ReactNode }) {
  const sdk = useSdk(seat)
  useSeatKept(sdk, seat)
  const user = useUser(sdk, seat)
  if (sdk === null) return null
  return <SessionContext value={{ sdk, user }}>{children}</SessionContext>
}

function useSdk({ role, userId }: Seat): Sdk | null {
  const [sdk, setSdk] = useState<Sdk | null>(null)
  // Before the first paint: nothing of the page stands without it.
  useLayoutEffect(() => {
    const next = createSdk({ url: location.origin, role, session: 'cookie', userId })
    setSdk(next)
    return () => next.close()
  }, [role, userId])
  return sdk
}

/** Who the session really belongs to is asked while the page stands: it may have ended, or be another person's by now. */
function useUser(sdk: Sdk | null, { role, userId }: Seat): User {
  const [user, setUser] = useState<User>(() => rememberedUser({ role, userId }) ?? nameless({ role, userId }))
  const { toSignIn, toOwnPage } = useLeave()
  useEffect(() => {
    if (sdk === null) return
    const ended = new AbortController()
    const take = ({ user: present }: { user: User }) => {
      if (present.id !== userId) return toOwnPage(present.id)
      rememberUser(present)
      setUser((before) => (before.name === present.name ? before : present))
    }
    const refuse = (error: unknown) => {
      if (ended.signal.aborted || errorCode(error) !== 'unauthenticated') return
      forgetUser({ role, userId })
      toSignIn(role)
    }
    untilAnswered((signal) => sdk.client.users.me.query(undefined, { signal }), ended.signal)
      .then(take)
      .catch(refuse)
    return () => ended.abort()
  }, [sdk, role, userId, toSignIn, toOwnPage])
  return user
}

/** Until the server says the name: a device that keeps nothing, or a session that was made elsewhere. */
function nameless({ role, userId }: Seat): User {
  return { id: userId, role, name: '', email: '', createdAt: new Date(0).toISOString() }
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
