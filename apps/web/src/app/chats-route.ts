import { createContext, useCallback, useContext } from 'react'
import { useNavigate } from '../lib/navigation.ts'
import { type ChatsSearch, chatsPath } from './chats-search.ts'
import type { ChatsRoute } from './route.ts'

export const ChatsRouteContext = createContext<ChatsRoute | null>(null)

/** On a sign-in page: what the chats page is to show afterwards. */
export const SearchContext = createContext<ChatsSearch>({})

/** `/chats/{user_id}`: whose page it is and what it shows. */
export function useChatsRoute(): ChatsRoute {
  const route = useContext(ChatsRouteContext)
  if (route === null) throw new Error('useChatsRoute needs the chats page above it')
  return route
}

export type NavigateChats = (search: ChatsSearch, options?: { readonly replace?: boolean }) => void

/** Shows something else on the same page. The same function whatever is shown. */
export function useNavigateChats(): NavigateChats {
  const navigate = useNavigate()
  const { userId } = useChatsRoute().seat
  return useCallback((search, options) => navigate(chatsPath(userId, search), options), [navigate, userId])
}
