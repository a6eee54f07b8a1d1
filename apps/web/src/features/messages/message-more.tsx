import { useLingui } from '@lingui/react/macro'
import { useEffect, useReducer, useRef, useState } from 'react'
import { Icon } from '../../components/icon.tsx'
import { serverTime } from '../../lib/server-time.ts'
import { editableUntil, type OwnMessage } from './own-messages.ts'
import type { Tools } from './use-tools.ts'

/** What the author can still do with a message. */
export type ChangeHandlers = {
  /** Null until they are loaded. */
  readonly tools: Tools | null
  readonly onEdit: (message: OwnMessage) => void
  readonly onRetract: (message: OwnMessage) => void
}

/** The way to edit and retract, as long as there is one: shown like the copy button, and always for fingers. */
export function MessageMore({ message, changes }: { message: OwnMessage; changes: ChangeHandlers }) {
  const { t } = useLingui()
  const buttonRef = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  // A press on the button closes the open menu first, and must not open it again.
  const wasOpen = useRef(false)
  if (!useEditable(message)) return null
  // Its room is there before it is, so that no message moves when the tools come.
  if (changes.tools === null) return <span className="min-w-7 shrink-0 pointer-coarse:min-w-11" />
  const { MessageMenu } = changes.tools
  return (
    <>
      <button
        ref={buttonRef}
        type="button"
        aria-label={t`Message actions`}
        title={t`Message actions`}
        aria-haspopup="menu"
        aria-expanded={open}
        onPointerDown={() => {
          wasOpen.current = open
        }}
        onClick={() => {
          setOpen(!wasOpen.current)
          wasOpen.current = false
        }}
        className="inline-flex min-h-7 min-w-7 shrink-0 items-center justify-center rounded-control text-ink-3 opacity-0 transition-opacity duration-75 group-hover:opacity-100 hover:bg-hover focus-visible:opacity-100 aria-expanded:opacity-100 max-md:opacity-100 pointer-coarse:min-h-11 pointer-coarse:min-w-11 pointer-coarse:opacity-100"
      >
        <Icon name="more" size={16} strong />
      </button>
      {open && (
        <MessageMenu
          anchorRef={buttonRef}
          onEdit={() => changes.onEdit(message)}
          onRetract={() => changes.onRetract(message)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}

/** True until the time for changes is over. */
function useEditable(message: OwnMessage): boolean {
  const until = editableUntil(message)
  const [, lookAgain] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const left = until - serverTime.now()
    if (left <= 0) return
    const timer = setTimeout(lookAgain, left)
    return () => clearTimeout(timer)
  }, [until])
  return until > serverTime.now()
}
