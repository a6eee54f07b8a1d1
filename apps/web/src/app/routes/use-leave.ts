import type { Role } from '@deskbell/contract/users'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'

const signInPaths = { client: '/login', operator: '/login-operator' } as const

/** The ways out of a chats page. */
export function useLeave() {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      home: () => void navigate({ to: '/' }),
      toSignIn: (role: Role) => void navigate({ to: signInPaths[role] }),
      toOwnPage: (userId: number) =>
        void navigate({ to: '/chats/$userId', params: { userId: String(userId) }, replace: true }),
    }),
    [navigate],
  )
}
