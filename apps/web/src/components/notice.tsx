import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { applyUpdate, useUpdateOffered } from '../lib/loading/app-update.ts'

type NoticeLook = 'info' | 'warn' | 'danger' | 'ok'

/**
 * A line across its pane, with an action. On a phone the action stays beside the text, because a row of its own would
 * push the page down. In a low window the notice is one line.
 */
export function Notice({ look, children, action }: { look: NoticeLook; children: ReactNode; action?: ReactNode }) {
  return (
    <div
      className={`flex items-center justify-center gap-x-3 gap-y-1 px-4 py-1.5 text-small forced-frame md:flex-wrap short:flex-nowrap short:py-0.5 short:text-micro ${action === undefined ? '' : 'max-md:justify-between max-md:py-0.5'} ${looks[look]}`}
    >
      <p className={`min-w-0 short:truncate ${action === undefined ? 'text-center' : 'md:text-center'}`}>{children}</p>
      {action}
    </div>
  )
}

/** The look of a button inside a notice. */
export const noticeActionClass =
  'inline-flex min-h-6 shrink-0 items-center rounded-chip px-1.5 font-medium underline underline-offset-2 pointer-coarse:min-h-11'

const looks: Record<NoticeLook, string> = {
  info: 'bg-info-soft text-info-text',
  warn: 'bg-warn-soft text-warn-text',
  danger: 'bg-danger-soft text-danger-text',
  ok: 'bg-ok-soft text-ok-text',
}

/** Offers another version of the pages. It waits until the user wants it. */
export function UpdateNotice() {
  const isOffered = useUpdateOffered()
  return (
    <div role="status">
      {isOffered && (
        <Notice
          look="info"
          action={
            <button type="button" className={noticeActionClass} onClick={applyUpdate}>
              <Trans>Reload</Trans>
            </button>
          }
        >
          <Trans>A new version is available. Reload to continue.</Trans>
        </Notice>
      )}
    </div>
  )
}
