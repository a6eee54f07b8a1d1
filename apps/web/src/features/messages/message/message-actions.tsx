import { useLingui } from '@lingui/react/macro'
import { useEffect, useReducer, useRef, useState } from 'react'
import { useAnnounce } from '../../../components/announcer.tsx'
import { Icon } from '../../../components/icon.tsx'
import { withCatalogs } from '../../../lib/i18n.ts'
import { serverTime } from '../../../lib/server-time.ts'
import { editableUntil, type OwnMessage } from '../composer/use-editing.ts'

/** What the author can still do with a message. */
export type EditHandlers = {
  /** Null until they are loaded. */
  readonly tools: Tools | null
  readonly onEdit: (message: OwnMessage) => void
  readonly onRetract: (message: OwnMessage) => void
}

/**
 * The menu to edit and retract, as long as that is possible. Shown like the copy button, and always on touch screens.
 */
export function MessageMore({ message, handlers }: { message: OwnMessage; handlers: EditHandlers }) {
  const { t } = useLingui()
  const buttonRef = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  // A press on the button closes the open menu first, and must not reopen it.
  const wasOpen = useRef(false)
  if (!useEditable(message)) return null
  // Reserves its room, so that no message moves when the tools are loaded.
  if (handlers.tools === null) return <span className="min-w-7 shrink-0 pointer-coarse:min-w-11" />
  const { MessageMenu } = handlers.tools
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
          onEdit={() => handlers.onEdit(message)}
          onRetract={() => handlers.onRetract(message)}
          onDismiss={() => setOpen(false)}
        />
      )}
    </>
  )
}

/** Returns true until the time for changes is over. */
function useEditable(message: OwnMessage): boolean {
  const until = editableUntil(message)
  const [, rerender] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const left = until - serverTime.now()
    if (left <= 0) return
    const timer = setTimeout(rerender, left)
    return () => clearTimeout(timer)
  }, [until])
  return until > serverTime.now()
}

const shownMs = 1_500
const readMs = 5_000

/** Copies a message; shown while the pointer is over the message, or it has the focus. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useLingui()
  const announce = useAnnounce()
  const [outcome, setOutcome] = useState<'none' | 'copied' | 'refused'>('none')
  useEffect(() => {
    if (outcome === 'none') return
    const timer = setTimeout(() => setOutcome('none'), outcome === 'copied' ? shownMs : readMs)
    return () => clearTimeout(timer)
  }, [outcome])
  const refusal = t`Couldn’t copy: your browser didn’t allow it.`
  const copy = async () => {
    const done = await copyText(text)
    setOutcome(done ? 'copied' : 'refused')
    announce(done ? t`Copied` : refusal)
  }
  return (
    <>
      <button
        type="button"
        aria-label={t`Copy message`}
        title={t`Copy message`}
        onClick={() => void copy()}
        className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-ink-3 opacity-0 transition-opacity duration-75 group-hover:opacity-100 hover:bg-hover focus-visible:opacity-100 max-md:hidden"
      >
        <Icon name={outcome === 'copied' ? 'check' : 'copy'} size={16} />
      </button>
      {outcome === 'refused' && (
        <span aria-hidden="true" className="max-w-32 text-meta text-danger-text">
          {refusal}
        </span>
      )}
    </>
  )
}

type ToolsModule = typeof import('../lazy/message-tools.tsx')
export type Tools = ToolsModule['messageTools']

/**
 * Returns what only an author of a recent message needs, loaded once there is one; null until then. It is loaded before
 * it is used, so an outage cannot break a button that is shown.
 */
export function useTools(wantedBy: unknown): Tools | null {
  const [tools, setTools] = useState<Tools | null>(null)
  useEffect(() => {
    if (wantedBy === null || tools !== null) return
    let left = false
    withCatalogs(['parts'], () => import('../lazy/message-tools.tsx')).then(
      ({ messageTools }) => {
        if (!left) setTools(messageTools)
      },
      // The next message tries again.
      () => undefined,
    )
    return () => {
      left = true
    }
  }, [wantedBy, tools])
  return tools
}

/** Copies a text; returns false if the browser does not allow it. Over plain HTTP only the old way works. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  field.style.opacity = '0'
  // Inside an open dialog only its own content can be selected.
  const place = document.querySelector('dialog:modal') ?? document.body
  place.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  }
}
