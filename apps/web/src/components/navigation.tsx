import { type AnchorHTMLAttributes, createContext, type MouseEvent, useContext } from 'react'

type AppLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { readonly to: Path }

/** A link that changes the page without a reload. */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const navigate = useNavigate()
  const onClick = (event: MouseEvent) => {
    // The browser handles other buttons and modifier keys: a new tab, a new window, a download.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return <a {...rest} href={to} onClick={onClick} />
}

/** An address of this site. */
export type Path =
  | '/'
  | `/settings/${'account' | 'operators' | 'keys' | 'identity' | 'audit'}`
  | `${'/login' | '/login-operator' | `/chats/${number}`}${'' | `?${string}`}`

/** Shows another page of this site. `replace`: replaces the current entry of the history. */
export type Navigate = (to: Path, options?: { readonly replace?: boolean }) => void

export const NavigateContext = createContext<Navigate | null>(null)

/** Returns the same function for as long as the page lives. */
export function useNavigate(): Navigate {
  const navigate = useContext(NavigateContext)
  if (navigate === null) throw new Error('useNavigate needs a NavigateContext above it')
  return navigate
}
