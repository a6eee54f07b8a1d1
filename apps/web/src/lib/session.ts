import type { Sdk, User } from '@deskbell/sdk'
import { useSdk } from '@deskbell/sdk/react'
import { createContext, useContext } from 'react'

/** The signed-in user of this page, and the SDK of that session. */
export type Session = { readonly sdk: Sdk; readonly user: User }

/** The user as far as this device knows: the page is rendered before the server has answered. */
export const UserContext = createContext<User | null>(null)

export function useSession(): Session {
  const sdk = useSdk()
  const user = useContext(UserContext)
  if (user === null) throw new Error('useSession needs a UserContext above it')
  return { sdk, user }
}
