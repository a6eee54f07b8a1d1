import { Trans } from '@lingui/react/macro'
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useRef, useState } from 'react'
import { Avatar } from '../../components/avatar.tsx'
import { Icon } from '../../components/icon.tsx'
import { useSession } from '../../lib/session.ts'
import type { AccountPanelProps } from './account-panel.tsx'

// What is behind the button is loaded when it is first wanted.
const loadPanel = () => import('./account-panel.tsx')
const AccountPanel = lazy(async () => ({ default: (await loadPanel()).AccountPanel }))

/** Who is signed in, how the page looks, and the way out. */
export function AccountMenu(rest: AccountPanelProps) {
  const { user } = useSession()
  const { name } = user
  const id = useId()
  const { open, setOpen, boxRef, buttonRef, onKeyDown } = useDisclosure()
  return (
    <div ref={boxRef} onKeyDown={onKeyDown} className="relative">
      <button
        ref={buttonRef}
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        onPointerEnter={() => void loadPanel().catch(() => undefined)}
        className="inline-flex min-h-9 max-w-56 items-center gap-2 rounded-control py-1 ps-1 pe-2 text-small font-medium hover:bg-hover"
      >
        <Avatar id={user.id} name={name} small />
        <span className="sr-only">
          <Trans>Account:</Trans>
        </span>
        <bdi className="truncate max-md:sr-only">{name}</bdi>
        <Icon name="chevron" size={16} />
      </button>
      <div
        id={id}
        hidden={!open}
        className="absolute end-0 top-full z-10 mt-1 w-72 max-w-[calc(100vw-2rem)] animate-fade rounded-card border border-line bg-raised p-4 shadow-menu"
      >
        {open && (
          <Suspense>
            <AccountPanel {...rest} />
          </Suspense>
        )}
      </div>
    </div>
  )
}

/** Closes on Escape and on a press elsewhere, and gives the focus back. */
function useDisclosure() {
  const [open, setOpen] = useState(false)
  const boxRef = useRef<HTMLDivElement>(null)
  const buttonRef = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const onPress = (event: PointerEvent) => {
      if (event.target instanceof Node && boxRef.current?.contains(event.target) === false) setOpen(false)
    }
    document.addEventListener('pointerdown', onPress)
    return () => document.removeEventListener('pointerdown', onPress)
  }, [open])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !open) return
    setOpen(false)
    buttonRef.current?.focus()
  }
  return { open, setOpen, boxRef, buttonRef, onKeyDown }
}
