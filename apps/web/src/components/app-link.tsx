import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

type AppLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** A path of this site. */
  readonly to: '/' | '/login' | '/login-operator' | `/chats/${number}`
}

/**
 * A link that changes the page without loading it anew. The router's own link knows much more
 * (preloading, active states, masks) and takes more of the first load than all our pages' texts.
 */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const router = useRouter()
  const onClick = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.history.push(to)
  }
  return <a {...rest} href={to} onClick={onClick} />
}
