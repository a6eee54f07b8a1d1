import { Trans, useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { createPortal } from 'react-dom'
import { useAnnounce } from '../../../components/announcer.tsx'
import { Button } from '../../../components/button.tsx'
import { Dialog } from '../../../components/dialog.tsx'
import { saveFile } from './save-file.ts'

export type RecoveryCodesDialogProps = { readonly codes: readonly string[]; readonly onDismiss: () => void }

/** Shows new recovery codes, this once. */
export function RecoveryCodesDialog({ codes, onDismiss }: RecoveryCodesDialogProps) {
  const { t } = useLingui()
  const announce = useAnnounce()
  const [isCopied, setCopied] = useState(false)
  const heading = t`Recovery codes for ${location.host}`
  const rule = t`Each code signs you in once, if you lose your passkey or app.`
  const text = `${codes.join('\n')}\n`
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      return announce(t`Couldn’t copy. Select the text and copy it.`, 'assertive')
    }
    setCopied(true)
    announce(t`Copied`)
  }
  return (
    <Dialog title={t`Recovery codes`} onDismiss={onDismiss}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <p className="text-body">
          {rule} <Trans>Keep them in a safe place. They won’t be shown again.</Trans>
        </p>
        <ul
          dir="ltr"
          className="grid grid-cols-2 justify-items-center gap-y-1.5 rounded-control border border-line-strong bg-sunken px-2 py-3 font-mono text-small max-[22rem]:grid-cols-1"
        >
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => void copy()}>{isCopied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}</Button>
          <Button
            onClick={() =>
              saveFile(
                'deskbell-recovery-codes.txt',
                new Blob([`${heading}\n${rule}\n\n${text}`], { type: 'text/plain' }),
              )
            }
          >
            <Trans>Download</Trans>
          </Button>
          <Button onClick={() => print()}>
            <Trans>Print</Trans>
          </Button>
          <Button look="primary" className="ms-auto" onClick={onDismiss}>
            <Trans>Done</Trans>
          </Button>
        </div>
      </div>
      {createPortal(
        <section className="printed-sheet">
          <h1>{heading}</h1>
          <p>{rule}</p>
          <pre>{text}</pre>
        </section>,
        document.body,
      )}
    </Dialog>
  )
}
