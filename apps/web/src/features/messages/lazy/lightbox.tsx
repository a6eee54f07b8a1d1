import type { Attachment } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon } from '../../../components/icon.tsx'
import { FileIcon } from './file-icon.tsx'
import { useOfSession } from './use-of-session.ts'

export type LightboxProps = {
  readonly images: readonly Attachment[]
  /** The place of the image that is shown first. */
  readonly first: number
  readonly onDismiss: () => void
}

/** Images over the whole window: arrow keys change the image, a press zooms, Escape closes. */
export function Lightbox({ images, first, onDismiss }: LightboxProps) {
  const { t } = useLingui()
  const ref = useRef<HTMLDialogElement>(null)
  const [place, setPlace] = useState(first)
  const [isZoomed, setZoomed] = useState(false)
  const ofSession = useOfSession()
  const image = images[place]
  useEffect(() => {
    const dialog = ref.current
    dialog?.showModal()
    return () => dialog?.close()
  }, [])
  if (image === undefined) return null
  const { name, alt = name, width, height } = image
  const go = (step: number) => {
    setZoomed(false)
    setPlace(Math.min(images.length - 1, Math.max(0, place + step)))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const isRtl = getComputedStyle(event.currentTarget).direction === 'rtl'
    if (event.key === 'ArrowRight') go(isRtl ? -1 : 1)
    else if (event.key === 'ArrowLeft') go(isRtl ? 1 : -1)
    else if (event.key === '+' || event.key === '=') setZoomed(true)
    else if (event.key === '-' || event.key === '0') setZoomed(false)
    else return
    event.preventDefault()
  }
  const number = place + 1
  const count = images.length
  return (
    <dialog
      ref={ref}
      aria-label={name}
      onKeyDown={onKeyDown}
      onClose={(event) => !event.currentTarget.open && onDismiss()}
      className="m-0 h-dvh max-h-none w-screen max-w-none animate-fade bg-surface text-ink backdrop:bg-surface"
    >
      <div className="flex h-full flex-col">
        <div className="flex items-center gap-1 p-2 ps-4">
          <p className="me-auto flex min-w-0 items-baseline gap-2">
            <bdi className="truncate font-medium">{name}</bdi>
            {count > 1 && <span className="shrink-0 text-meta text-ink-3">{t`${number} of ${count}`}</span>}
          </p>
          {count > 1 && (
            <>
              <Tool label={t`Previous image`} disabled={place === 0} onPress={() => go(-1)}>
                <Icon name="back" size={18} flip />
              </Tool>
              <Tool label={t`Next image`} disabled={number === count} onPress={() => go(1)}>
                <FileIcon name="next" size={18} flip />
              </Tool>
            </>
          )}
          <Tool label={isZoomed ? t`Fit to window` : t`Actual size`} onPress={() => setZoomed(!isZoomed)}>
            {isZoomed ? <FileIcon name="minus" size={18} /> : <Icon name="plus" size={18} />}
          </Tool>
          <a
            href={ofSession(image.url)}
            download={name}
            aria-label={t`Download ${name}`}
            title={t`Download`}
            className={toolClass}
          >
            <Icon name="down" size={18} />
          </a>
          <Tool label={t`Close`} onPress={onDismiss}>
            <Icon name="close" size={18} />
          </Tool>
        </div>
        {alt !== name && <p className="px-4 pb-2 text-small text-ink-2">{alt}</p>}
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Escape and the button close it too. */}
        <div
          className="grid min-h-0 flex-1 overflow-auto overscroll-contain"
          onClick={(event) => event.target === event.currentTarget && onDismiss()}
        >
          <button
            type="button"
            aria-label={isZoomed ? t`Fit to window` : t`Actual size`}
            onClick={() => setZoomed(!isZoomed)}
            className={`m-auto block ${isZoomed ? 'cursor-zoom-out' : 'flex max-h-full max-w-full cursor-zoom-in items-center justify-center overflow-hidden'}`}
          >
            <img
              key={image.id}
              src={ofSession(image.url)}
              alt={alt}
              width={width ?? undefined}
              height={height ?? undefined}
              className={
                isZoomed
                  ? 'block max-w-none'
                  : 'block h-auto max-h-[calc(100dvh-4rem)] w-auto max-w-full object-contain'
              }
            />
          </button>
        </div>
      </div>
    </dialog>
  )
}

const toolClass =
  'control-square inline-flex shrink-0 items-center justify-center rounded-control text-ink-2 hover:bg-hover disabled:opacity-40'

type ToolProps = {
  readonly label: string
  readonly disabled?: boolean
  readonly onPress: () => void
  readonly children: ReactNode
}

function Tool({ label, disabled = false, onPress, children }: ToolProps) {
  return (
    <button type="button" aria-label={label} title={label} disabled={disabled} onClick={onPress} className={toolClass}>
      {children}
    </button>
  )
}
