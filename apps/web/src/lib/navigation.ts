import { createContext, useContext } from 'react'

/** An address of this site. */
export type Path = '/' | `${'/login' | '/login-operator' | `/chats/${number}`}${'' | `?${string}`}`

/** Shows another page of this site. `replace`: Back does not lead to the present one. */
export type Navigate = (to: Path, options?: { readonly replace?: boolean }) => void

export const NavigateContext = createContext<Navigate | null>(null)

/** The same function for as long as the page lives. */
export function useNavigate(): Navigate {
  const navigate = useContext(NavigateContext)
  if (navigate === null) throw new Error('useNavigate needs a NavigateContext above it')
  return navigate
}
