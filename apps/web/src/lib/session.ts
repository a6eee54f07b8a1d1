import type { User } from '@deskbell/contract/users'
import type { Sdk } from '@deskbell/sdk'
import { createContext, useContext } from 'react'

/** Who is signed in on this page, and the connection of that session. */
export type Session = { readonly sdk: Sdk; readonly user: User }

export const SessionContext = createContext<Session | null>(null)

export function useSession(): Session {
  const session = useContext(SessionContext)
  if (session === null) throw new Error('useSession needs a SessionContext above it')
  return session
}
