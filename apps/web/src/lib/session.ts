import type { Sdk, User } from '@deskbell/sdk'
import { useSdk } from '@deskbell/sdk/react'
import { useContext } from 'react'
import { UserContext } from './user-context.ts'

/** The signed-in user of this page, and the SDK of that session. */
export type Session = { readonly sdk: Sdk; readonly user: User }

export function useSession(): Session {
  const sdk = useSdk()
  const user = useContext(UserContext)
  if (user === null) throw new Error('useSession needs a UserContext above it')
  return { sdk, user }
}
