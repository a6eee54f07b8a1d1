import { altTextCharsMax, attachmentsMax, fileBytesMax } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Trans, useLingui as useTexts } from '@lingui/react/macro'
import { useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { Icon } from '../../../components/icon.tsx'
import { type AttachedFiles, altTexts } from '../composer/attached-files.ts'
import { FileIcon } from './file-icon.tsx'
import { FileName, isShownImage, LocalImage } from './local-file.tsx'
import { useDroppedFiles } from './use-dropped-files.ts'

export type ComposerFilesProps = {
  readonly attached: AttachedFiles
  /** Where the button stands. */
  readonly buttonPlace: HTMLElement | null
}

/** A file that cannot be attached, and why: it is too large, one too many, or a folder. */
type RefusedFile = { readonly name: string; readonly why: 'large' | 'many' | 'folder' }

/**
 * Attaches files that are chosen, pasted, or dropped anywhere in the page. Above the text: the files of the message, and
 * why some are not there.
 */
export function ComposerFiles({ attached, buttonPlace }: ComposerFilesProps) {
  const { files, set } = attached
  const [refused, setRefused] = useState<readonly RefusedFile[]>([])
  const add = (given: readonly File[], folders: readonly string[] = []) => {
    const fit = [...files, ...given.filter((file) => file.size <= fileBytesMax)].slice(0, attachmentsMax)
    set(fit)
    setRefused([
      ...folders.map((name) => ({ name, why: 'folder' as const })),
      ...given.filter((file) => !fit.includes(file)).map(refusedFile),
    ])
  }
  const isOver = useDroppedFiles(add)
  usePastedFiles(add)
  const remove = (file: File) => {
    set(files.filter((other) => other !== file))
    setRefused([])
  }
  return (
    <>
      {buttonPlace !== null && createPortal(<AttachButton onFiles={add} />, buttonPlace)}
      <div className="order-first w-full min-w-0 empty:hidden short:max-w-52">
        {isOver && (
          <p className="m-1 rounded-control border-2 border-dashed border-accent bg-accent-soft p-4 text-center font-medium text-accent-text">
            <Trans>Drop files here to attach them</Trans>
          </p>
        )}
        {files.length > 0 && (
          <ul className="flex max-h-44 flex-wrap gap-2 overflow-y-auto p-1.5 short:max-h-16">
            {files.map((file, place) => (
              // Two files may have one name and one size.
              <AttachedFile key={`${file.name} ${place}`} file={file} onRemove={() => remove(file)} />
            ))}
          </ul>
        )}
        {refused.map((file, place) => (
          <p key={`${file.name} ${place}`} role="status" className="px-2 text-small text-danger-text">
            <RefusedText {...file} />
          </p>
        ))}
      </div>
    </>
  )
}

function refusedFile({ name, size }: File): RefusedFile {
  return { name, why: size > fileBytesMax ? 'large' : 'many' }
}

/** Takes files that are pasted without a text, unless in another field. */
function usePastedFiles(onFiles: (files: readonly File[]) => void): void {
  const latest = useRef(onFiles)
  latest.current = onFiles
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const { clipboardData, target } = event
      const isElsewhere = target instanceof Element && target.closest('input, dialog') !== null
      if (!clipboardData?.files.length || clipboardData.types.includes('text/plain') || isElsewhere) return
      event.preventDefault()
      latest.current([...clipboardData.files])
    }
    window.addEventListener('paste', onPaste)
    return () => window.removeEventListener('paste', onPaste)
  }, [])
}

/** Opens the browser's choice of files, which offers the camera on phones. */
function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { t } = useTexts()
  const inputRef = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        aria-label={t`Attach files`}
        title={t`Attach files`}
        onClick={() => inputRef.current?.click()}
        className="control-square inline-flex shrink-0 items-center justify-center rounded-full text-ink-2 hover:bg-hover"
      >
        <FileIcon name="clip" size={18} />
      </button>
      <input
        ref={inputRef}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          // The same file can be chosen again.
          currentTarget.value = ''
        }}
      />
    </>
  )
}

function AttachedFile({ file, onRemove }: { file: File; onRemove: () => void }) {
  const { t } = useTexts()
  const { name } = file
  const [alt, setAlt] = useState(altTexts.get(file) ?? '')
  const describe = (text: string) => {
    altTexts.set(file, text)
    setAlt(text)
  }
  return (
    <li className="relative flex max-w-full flex-wrap items-center gap-2">
      {isShownImage(file.type) ? (
        <>
          <LocalImage
            blob={file}
            name={name}
            className="size-16 rounded-control border border-line bg-sunken object-cover"
          />
          <Description name={name} alt={alt} onChange={describe} />
        </>
      ) : (
        <div className="flex h-16 max-w-60 items-center rounded-control border border-line bg-sunken ps-6 pe-3">
          <FileName name={name} bytes={file.size} />
        </div>
      )}
      <button
        type="button"
        aria-label={t`Remove ${name}`}
        title={t`Remove ${name}`}
        onClick={onRemove}
        className="absolute -start-1.5 -top-1.5 inline-flex size-6 items-center justify-center rounded-full border border-line-strong bg-raised text-ink-2 shadow-card hover:bg-hover pointer-coarse:size-8"
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  )
}

type DescriptionProps = {
  readonly name: string
  readonly alt: string
  readonly onChange: (alt: string) => void
}

/** What an image shows, for those who do not see it. */
function Description({ name, alt, onChange }: DescriptionProps) {
  const { t } = useTexts()
  const [isOpen, setOpen] = useState(alt !== '')
  if (!isOpen) {
    return (
      <button
        type="button"
        aria-label={t`Describe ${name}`}
        onClick={() => setOpen(true)}
        className="control-compact rounded-chip px-1.5 text-small text-accent-text underline underline-offset-2"
      >
        <Trans>Describe</Trans>
      </button>
    )
  }
  return (
    <input
      // biome-ignore lint/a11y/noAutofocus: it appears where the button was that the user pressed.
      autoFocus={alt === ''}
      value={alt}
      maxLength={altTextCharsMax}
      dir="auto"
      aria-label={t`Description of ${name}`}
      placeholder={t`What does it show?`}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      className="control w-56 max-w-full rounded-control border border-line-strong bg-surface px-2 text-small pointer-coarse:text-input"
    />
  )
}

function RefusedText({ name, why }: RefusedFile) {
  const { i18n } = useLingui()
  const shown = <bdi className="break-words">{name}</bdi>
  if (why === 'folder') return <Trans>{shown} is a folder. Attach its files.</Trans>
  const most = i18n.number(why === 'large' ? 25 : 10)
  return why === 'large' ? (
    <Trans>
      {shown} is larger than {most} MB.
    </Trans>
  ) : (
    <Trans>
      {shown} doesn’t fit: a message can have {most} files.
    </Trans>
  )
}
