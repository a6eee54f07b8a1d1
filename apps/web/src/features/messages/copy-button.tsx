import { useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { useAnnounce } from '../../components/announcer.tsx'
import { Icon } from '../../components/icon.tsx'
import { copyText } from '../../lib/copy-text.ts'

const shownMs = 1_500
const readMs = 5_000

/** Copies a message; shown while the message is pointed at or has the focus. */
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
