import type { ReactNode } from 'react'

type NoticeLook = 'info' | 'warn' | 'danger' | 'ok'

/** A quiet line across its pane, with what can be done about it. In a low window it keeps to one line. */
export function Notice({ look, children, action }: { look: NoticeLook; children: ReactNode; action?: ReactNode }) {
  return (
    <div
      className={`flex flex-wrap items-center justify-center gap-x-3 gap-y-1 px-4 py-1.5 text-small forced-frame short:flex-nowrap short:py-0.5 short:text-micro ${looks[look]}`}
    >
      <p className="min-w-0 text-center short:truncate">{children}</p>
      {action}
    </div>
  )
}

/** A button inside a notice. */
export const noticeActionClass =
  'inline-flex min-h-6 shrink-0 items-center rounded-chip px-1.5 font-medium underline underline-offset-2 pointer-coarse:min-h-11'

const looks: Record<NoticeLook, string> = {
  info: 'bg-info-soft text-info-text',
  warn: 'bg-warn-soft text-warn-text',
  danger: 'bg-danger-soft text-danger-text',
  ok: 'bg-ok-soft text-ok-text',
}
