import { Trans, useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, type RefObject, useLayoutEffect, useRef } from 'react'

type MessageMenuProps = {
  readonly anchorRef: RefObject<HTMLElement | null>
  readonly onEdit: () => void
  readonly onRetract: () => void
  readonly onClose: () => void
}

const itemClass =
  'control flex w-full items-center rounded-control px-3 text-start text-small hover:bg-hover focus-visible:-outline-offset-2'

/** In the top layer, so that no edge cuts it off. The browser closes it on Escape and on a press elsewhere. */
export function MessageMenu({ anchorRef, onEdit, onRetract, onClose }: MessageMenuProps) {
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
      onToggle={(event) => event.newState === 'closed' && onClose()}
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

/** Above its button, or below where there is no room; never over an edge of the window. */
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
