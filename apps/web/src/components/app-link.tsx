import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { type Path, useNavigate } from '../lib/navigation.ts'

type AppLinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & { readonly to: Path }

/** A link that changes the page without loading it anew. */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const navigate = useNavigate()
  const onClick = (event: MouseEvent) => {
    // Other buttons and held keys are the browser's: a new tab, a new window, a download.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to)
  }
  return <a {...rest} href={to} onClick={onClick} />
}
