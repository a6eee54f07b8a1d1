import type { Attachment } from '@deskbell/sdk'
import { useLingui } from '@lingui/react'
import { Icon } from '../../../components/icon.tsx'
import { regionalTag, wantedLanguages } from '../../../lib/locale.ts'
import { useSession } from '../../../lib/session.ts'

export type AttachmentsProps = { readonly attachments: readonly Attachment[] }

/** Stands on the places that `Attachments` keeps. */
export function AttachmentList({ attachments }: AttachmentsProps) {
  return (
    <ul className="flex flex-col gap-1.5">
      {attachments.map((attachment) => (
        <li key={attachment.id} className="min-w-0">
          {attachment.thumbnailUrl === null ? <FileLink {...attachment} /> : <ImageLink {...attachment} />}
        </li>
      ))}
    </ul>
  )
}

function ImageLink({ name, url, thumbnailUrl, width, height }: Attachment) {
  const ofSession = useOfSession()
  const size = shownSize({ width, height })
  return (
    <a
      href={ofSession(url)}
      target="_blank"
      rel="noopener noreferrer"
      className="block w-fit max-w-full rounded-control"
    >
      <img
        src={ofSession(thumbnailUrl ?? url)}
        alt={name}
        {...size}
        loading="lazy"
        decoding="async"
        className="block h-auto max-w-full rounded-control bg-sunken"
      />
    </a>
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

/** 812 kB, 2.4 MB: in powers of ten, as file managers count. */
function useFileSize(): (bytes: number) => string {
  const { i18n } = useLingui()
  const locale = regionalTag(i18n.locale, wantedLanguages())
  const size = (unit: string, maximumFractionDigits: number) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits })
  return (bytes) =>
    bytes < 999_500 ? size('kilobyte', 0).format(bytes / 1_000) : size('megabyte', 1).format(bytes / 1_000_000)
}

/** In a browser in which a client and an operator are signed in, a URL says who asks. */
function useOfSession(): (url: string) => string {
  const { user } = useSession()
  return (url) => `${url}?role=${user.role}`
}

/** In CSS pixels: the largest side of its place. */
const sideMax = 320

/** The size at which an image is shown, with its proportions; a small one is not enlarged. */
function shownSize({ width, height }: Pick<Attachment, 'width' | 'height'>): { width: number; height: number } {
  const [wide, high] = [width ?? sideMax, height ?? sideMax]
  const scale = Math.min(1, sideMax / wide, sideMax / high)
  return { width: Math.max(1, Math.round(wide * scale)), height: Math.max(1, Math.round(high * scale)) }
}
