import { Trans } from '@lingui/react/macro'
import { useState } from 'react'
import { readShortcuts, writeShortcuts } from '../../../lib/shortcuts.ts'

/** Switches the single-letter keys off: they get in the way of speech input. */
export function ShortcutSetting() {
  const [on, setOn] = useState(readShortcuts)
  return (
    <label className="flex min-h-8 items-center justify-between gap-3 text-small text-ink-2">
      <Trans>Keyboard shortcuts</Trans>
      <input
        type="checkbox"
        checked={on}
        className="size-5 accent-accent"
        onChange={(event) => {
          writeShortcuts(event.target.checked)
          setOn(event.target.checked)
        }}
      />
    </label>
  )
}
