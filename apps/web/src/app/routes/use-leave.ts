import type { Role } from '@deskbell/contract/users'
import { useMemo } from 'react'
import { useNavigate } from '../../lib/navigation.ts'
import { chatsPath, parseChatsSearch, signInPath } from '../chats-search.ts'

/** The ways out of a chats page. */
export function useLeave() {
  const navigate = useNavigate()
  return useMemo(
    () => ({
      home: () => navigate('/'),
      /** For another user: what was shown here is not for them. */
      toOtherUser: (role: Role) => navigate(signInPath(role)),
      /** And back to the same chat after signing in. */
      toSignIn: (role: Role) => navigate(signInPath(role, shownNow())),
      toOwnPage: (userId: number) => navigate(chatsPath(userId, shownNow()), { replace: true }),
    }),
    [navigate],
  )
}

function shownNow() {
  return parseChatsSearch(location.search)
}
