import type { Role } from '@deskbell/contract/users'
import { useMemo } from 'react'
import { useNavigate } from '../../lib/navigation.ts'

const signInPaths = { client: '/login', operator: '/login-operator' } as const

/** The ways out of a chats page. */
export function useLeave() {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      home: () => navigate('/'),
      toSignIn: (role: Role) => navigate(signInPaths[role]),
      toOwnPage: (userId: number) => navigate(`/chats/${userId}`, { replace: true }),
    }),
    [navigate],
  )
}
