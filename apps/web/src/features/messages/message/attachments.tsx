import type { Attachment } from '@deskbell/sdk'
import { useLingui } from '@lingui/react/macro'
import { Icon } from '../../../components/icon.tsx'
import { useFormat } from '../../../components/use-format.ts'
import { useSession } from '../../../lib/session.ts'

/** In CSS pixels. */
const imageSideMax = 320

/** The files of a message. Images have their place before they are loaded, so nothing moves. */
export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <ul className="flex max-w-80 flex-col gap-1.5">
      {attachments.map((attachment) => (
        <li key={attachment.id} className="min-w-0">
          {attachment.thumbnailUrl === null ? <FileLink {...attachment} /> : <ImageLink {...attachment} />}
        </li>
      ))}
    </ul>
  )
}

function ImageLink({ name, url, thumbnailUrl, width, height }: Attachment) {
  const { t } = useLingui()
  const ofSession = useOfSession()
  const size = shownSize(width ?? imageSideMax, height ?? imageSideMax)
  return (
    <a
      href={ofSession(url)}
      target="_blank"
      rel="noopener noreferrer"
      title={name}
      className="block w-fit max-w-full rounded-control"
    >
      <img
        src={ofSession(thumbnailUrl ?? url)}
        alt={t`Image: ${name}`}
        {...size}
        loading="lazy"
        decoding="async"
        className="block h-auto max-w-full rounded-control bg-sunken"
      />
    </a>
  )
}

function FileLink({ name, url, bytes }: Attachment) {
  const { t } = useLingui()
  const format = useFormat()
  const ofSession = useOfSession()
  const size = format.fileSize(bytes)
  return (
    <a
      href={ofSession(url)}
      download={name}
      aria-label={t`Download ${name}, ${size}`}
      title={name}
      className="flex min-h-11 min-w-0 items-center gap-2 rounded-control border border-line bg-raised px-3 text-ink hover:bg-hover"
    >
      <Icon name="file" />
      <bdi className="min-w-0 truncate">{name}</bdi>
      <span className="shrink-0 text-meta text-ink-3">{size}</span>
    </a>
  )
}

/** In a browser in which a client and an operator are signed in, a URL says who asks. */
function useOfSession(): (url: string) => string {
  const { user } = useSession()
  return (url) => `${url}?role=${user.role}`
}

/** The size at which an image is shown, with its proportions; a small one is not enlarged. */
export function shownSize(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, imageSideMax / width, imageSideMax / height)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
