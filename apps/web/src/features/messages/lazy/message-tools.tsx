import type { ChatFollower } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { failureMessage } from '../../../components/error-message.ts'
import { usePlainText } from '../../../components/rich-text/use-rich-text.ts'
import { OfflineError } from '../../../lib/offline-error.ts'
import { useSession } from '../../../lib/session.ts'
import type { OwnMessage } from '../composer/use-editing.ts'

type MessageMenuProps = {
  readonly anchorRef: RefObject<HTMLElement | null>
  readonly onEdit: () => void
  readonly onRetract: () => void
  readonly onDismiss: () => void
}

const itemClass =
  'control flex w-full items-center rounded-control px-3 text-start text-small hover:bg-hover focus-visible:-outline-offset-2'

/** In the top layer, so that no edge cuts it off. The browser closes it on Escape and on a press outside. */
export function MessageMenu({ anchorRef, onEdit, onRetract, onDismiss }: MessageMenuProps) {
  const { t } = useLingui()
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const menu = ref.current
    if (menu === null || anchorRef.current === null) return
    menu.showPopover()
    place(menu, anchorRef.current)
    menu.querySelector('button')?.focus()
  }, [anchorRef])
  const choose = (action: () => void) => () => {
    ref.current?.hidePopover()
    action()
  }
  return (
    <div
      ref={ref}
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={t`Message actions`}
      onToggle={(event) => event.newState === 'closed' && onDismiss()}
      onKeyDown={moveFocus}
      className="inset-auto m-0 min-w-44 animate-fade rounded-card border border-line bg-raised p-1 text-ink shadow-menu"
    >
      <button type="button" role="menuitem" tabIndex={-1} onClick={choose(onEdit)} className={itemClass}>
        <Trans>Edit</Trans>
      </button>
      <button
        type="button"
        role="menuitem"
        tabIndex={-1}
        onClick={choose(onRetract)}
        className={`${itemClass} text-danger-text`}
      >
        <Trans>Delete for everyone</Trans>
      </button>
    </div>
  )
}

const gapPx = 4
const edgePx = 8

/** Places the menu above its button, or below if there is no room; never over an edge of the window. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = menu
  const above = at.top - height - gapPx
  const left = Math.min(at.left, document.documentElement.clientWidth - width - edgePx)
  menu.style.top = `${above >= edgePx ? above : at.bottom + gapPx}px`
  menu.style.left = `${Math.max(left, edgePx)}px`
}

const steps: Readonly<Record<string, (present: number, last: number) => number>> = {
  ArrowDown: (present, last) => (present === last ? 0 : present + 1),
  ArrowUp: (present, last) => (present <= 0 ? last : present - 1),
  Home: () => 0,
  End: (_, last) => last,
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const { currentTarget: menu, key } = event
  if (key === 'Tab') menu.hidePopover()
  const step = steps[key]
  if (step === undefined) return
  event.preventDefault()
  const items = [...menu.querySelectorAll('button')]
  const present = items.findIndex((item) => item.matches(':focus'))
  items[step(present, items.length - 1)]?.focus()
}

type RetractDialogProps = {
  readonly follower: ChatFollower
  readonly message: OwnMessage
  readonly onDismiss: () => void
  readonly onDone: () => void
}

type Attempt = { readonly kind: 'none' | 'asking' } | { readonly kind: 'failed'; readonly error: unknown }

/** Asks for confirmation, because nothing restores the text. Without an answer it stays open and shows an error. */
export function RetractDialog({ follower, message, onDismiss, onDone }: RetractDialogProps) {
  const { i18n } = useLingui()
  const { t } = useLingui()
  const { sdk } = useSession()
  const plainText = usePlainText()
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' })
  const retract = () => {
    if (attempt.kind === 'asking') return
    if (sdk.connection.getSnapshot().kind !== 'online') {
      setAttempt({ kind: 'failed', error: new OfflineError() })
      return
    }
    setAttempt({ kind: 'asking' })
    follower.retract(message.messageId).then(onDone, (error: unknown) => setAttempt({ kind: 'failed', error }))
  }
  return (
    <Dialog title={t`Delete message?`} onDismiss={onDismiss}>
      <p dir="auto" className="message-lines line-clamp-3 border-s-2 border-line-strong ps-3 text-body text-ink-2">
        {plainText(message.text)}
      </p>
      <p className="mt-3 text-body">
        <Trans>The text is removed for everyone and replaced with “Message deleted”.</Trans>
      </p>
      <p role="alert" className="mt-3 text-body text-danger-text empty:hidden">
        {attempt.kind === 'failed' && i18n._(failureMessage(attempt.error))}
      </p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onDismiss}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="danger" aria-disabled={attempt.kind === 'asking'} onClick={retract}>
          {attempt.kind === 'asking' ? <Trans>Deleting…</Trans> : <Trans>Delete for everyone</Trans>}
        </Button>
      </div>
    </Dialog>
  )
}

/** Loaded together, when the user has a message that can be changed. */
export const messageTools = { MessageMenu, RetractDialog }
