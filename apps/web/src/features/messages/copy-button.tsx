import { useLingui } from '@lingui/react/macro'
import { useEffect, useState } from 'react'
import { useAnnounce } from '../../components/announcer.tsx'
import { Icon } from '../../components/icon.tsx'

const shownMs = 1_500

/** Copies a message; shown while the message is pointed at or has the focus. */
export function CopyButton({ text }: { text: string }) {
  const { t } = useLingui()
  const announce = useAnnounce()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), shownMs)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    const done = await copyText(text)
    setCopied(done)
    announce(done ? t`Copied` : t`Couldn’t copy: your browser didn’t allow it.`)
  }
  return (
    <button
      type="button"
      aria-label={t`Copy message`}
      title={t`Copy message`}
      onClick={() => void copy()}
      className="inline-flex size-7 shrink-0 items-center justify-center rounded-control text-ink-3 opacity-0 transition-opacity duration-75 group-hover:opacity-100 hover:bg-hover focus-visible:opacity-100 max-md:hidden"
    >
      <Icon name={copied ? 'check' : 'copy'} size={16} />
    </button>
  )
}

async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
