import { useLingui } from '@lingui/react/macro'
import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Icon } from './icon.tsx'

/** The browser's modal dialog: keeps the focus inside, closes on Escape and restores the focus. */
export function Dialog({ title, onDismiss, children }: { title: string; onDismiss: () => void; children: ReactNode }) {
  const { t } = useLingui()
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      // The event is sent after the closing: a dialog that was reopened meanwhile, as in React's strict mode, stays
      // open.
      onClose={(event) => !event.currentTarget.open && onDismiss()}
      className="m-auto w-[min(26rem,calc(100vw-2rem))] animate-fade rounded-card border border-line bg-surface p-6 text-ink shadow-menu"
    >
      <div className="mb-4 flex items-start justify-between gap-4">
        <h2 id={titleId} className="text-title font-semibold">
          {title}
        </h2>
        <button
          type="button"
          aria-label={t`Close dialog`}
          onClick={onDismiss}
          className="-m-1 rounded-control p-1 text-ink-2 hover:bg-hover"
        >
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  )
}
