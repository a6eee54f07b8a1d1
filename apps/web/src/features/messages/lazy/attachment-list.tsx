import type { Attachment } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Icon } from '../../../components/icon.tsx'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { withCatalogs } from '../../../lib/i18n.ts'
import type { LightboxProps } from './lightbox.tsx'
import { ThumbHashCanvas } from './thumb-hash-canvas.tsx'
import { useFileSize } from './use-file-size.ts'
import { useOfSession } from './use-of-session.ts'

const Lightbox = lazyPart<LightboxProps>(
  async () => (await withCatalogs(['parts'], () => import('./lightbox.tsx'))).Lightbox,
)

export type AttachmentsProps = { readonly attachments: readonly Attachment[] }

/** Stands on the places that `Attachments` keeps. A press on an image shows it large, with the others of the message. */
export function AttachmentList({ attachments }: AttachmentsProps) {
  const images = attachments.filter(({ thumbnailUrl }) => thumbnailUrl !== null)
  const [shown, setShown] = useState<number | null>(null)
  const isGallery = images.length > 1
  return (
    <>
      <ul className="attachments">
        {attachments.map((attachment) => (
          <li key={attachment.id} className={isGallery && images.includes(attachment) ? 'tile' : 'min-w-0'}>
            {attachment.thumbnailUrl === null ? (
              <FileLink {...attachment} />
            ) : (
              <ImageButton image={attachment} isTile={isGallery} onPress={() => setShown(images.indexOf(attachment))} />
            )}
          </li>
        ))}
      </ul>
      {shown !== null && <Lightbox images={images} first={shown} onDismiss={() => setShown(null)} />}
    </>
  )
}

type ImageButtonProps = { readonly image: Attachment; readonly isTile: boolean; readonly onPress: () => void }

function ImageButton({ image, isTile, onPress }: ImageButtonProps) {
  const { t } = useLingui()
  const { url, thumbnailUrl, thumbHash } = image
  const name = image.alt ?? image.name
  const ofSession = useOfSession()
  const size = isTile ? {} : shownSize(image)
  return (
    <button
      type="button"
      aria-label={t`Open image ${name}`}
      title={image.name}
      onClick={onPress}
      className={`relative block max-w-full overflow-hidden rounded-control bg-sunken ${isTile ? 'aspect-square w-full' : ''}`}
    >
      {thumbHash !== null && <ThumbHashCanvas hash={thumbHash} />}
      <img
        src={ofSession(thumbnailUrl ?? url)}
        alt=""
        {...size}
        loading="lazy"
        decoding="async"
        className={isTile ? 'absolute inset-0 size-full object-cover' : 'relative block h-auto max-w-full'}
      />
    </button>
  )
}

function FileLink({ name, url, bytes }: Attachment) {
  const format = useFileSize()
  const ofSession = useOfSession()
  return (
    <a
      href={ofSession(url)}
      download={name}
      title={name}
      className="flex min-h-11 min-w-0 items-center gap-2 rounded-control border border-line bg-raised px-3 text-ink hover:bg-hover"
    >
      <Icon name="down" />
      <bdi className="min-w-0 truncate">{name}</bdi>
      <span className="shrink-0 text-meta text-ink-3">{format(bytes)}</span>
    </a>
  )
}

/** In CSS pixels: the largest side of its place. */
const sideMax = 320

/** The size at which an image is shown, with its proportions; a small one is not enlarged. */
function shownSize({ width, height }: Pick<Attachment, 'width' | 'height'>): { width: number; height: number } {
  const [wide, high] = [width ?? sideMax, height ?? sideMax]
  const scale = Math.min(1, sideMax / wide, sideMax / high)
  return { width: Math.max(1, Math.round(wide * scale)), height: Math.max(1, Math.round(high * scale)) }
}
