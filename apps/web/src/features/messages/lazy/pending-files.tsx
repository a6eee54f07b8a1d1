import type { PendingFile } from '@deskbell/sdk'
import { Trans, useLingui } from '@lingui/react/macro'
import { type PendingActionsProps, pendingActionClass } from '../message/pending-actions.ts'
import { FileName, isShownImage, LocalImage } from './local-file.tsx'

/** The files of a message that is not in the log yet, and how much of each the server has. */
export function PendingFiles({ pending, handlers }: PendingActionsProps) {
  const { clientMsgId, files = [], state, filesKept } = pending
  const isUploading = state === 'queued'
  const isGallery = files.filter(({ mediaType }) => isShownImage(mediaType)).length > 1
  return (
    <div className={isGallery ? 'w-[320px] max-w-full' : 'max-w-[320px]'}>
      <ul className="attachments">
        {files.map((file, place) => (
          <li key={`${file.name} ${place}`} className={isGallery && isShownImage(file.mediaType) ? 'tile' : 'min-w-0'}>
            <OneFile file={file} isUploading={isUploading} isTile={isGallery} />
          </li>
        ))}
      </ul>
      {isUploading && (
        <div className="mt-1 flex flex-wrap items-center justify-between gap-x-2 text-small text-ink-2">
          <span>
            {filesKept === false && (
              <Trans>This browser can’t keep the files. Leave the page open until they’re sent.</Trans>
            )}
          </span>
          <button type="button" className={pendingActionClass} onClick={() => handlers.onDiscard(clientMsgId)}>
            <Trans>Cancel</Trans>
          </button>
        </div>
      )}
    </div>
  )
}

type OneFileProps = { readonly file: PendingFile; readonly isUploading: boolean; readonly isTile: boolean }

function OneFile({ file, isUploading, isTile }: OneFileProps) {
  const { name, bytes, blob, mediaType } = file
  if (blob !== null && isShownImage(mediaType)) {
    return (
      <div className="relative">
        <LocalImage
          blob={blob}
          name={name}
          className={`block rounded-control bg-sunken ${isTile ? 'aspect-square w-full object-cover' : 'max-h-[320px] min-h-11 min-w-11 max-w-full'}`}
        />
        {isUploading && (
          <div className="absolute inset-0 flex items-center justify-center">
            <Progress file={file} />
          </div>
        )}
      </div>
    )
  }
  return (
    <div className="flex min-h-11 min-w-0 items-center justify-between gap-2 rounded-control border border-line bg-raised px-3 py-1 text-ink">
      <FileName name={name} bytes={bytes} />
      {isUploading && <Progress file={file} />}
    </div>
  )
}

const radius = 14
const around = 2 * Math.PI * radius

/** A ring that closes as the file goes up. */
function Progress({ file: { name, sent, bytes } }: { file: PendingFile }) {
  const { t } = useLingui()
  const part = bytes === 0 ? 0 : sent / bytes
  return (
    <svg
      role="progressbar"
      aria-label={t`Uploading ${name}`}
      aria-valuenow={Math.round(part * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      viewBox="0 0 36 36"
      className="size-9 shrink-0 rounded-full bg-raised text-accent shadow-card"
    >
      <circle cx="18" cy="18" r={radius} fill="none" stroke="var(--color-line-strong)" strokeWidth="3" />
      <circle
        cx="18"
        cy="18"
        r={radius}
        fill="none"
        stroke="currentColor"
        strokeWidth="3"
        strokeLinecap="round"
        strokeDasharray={around}
        strokeDashoffset={around * (1 - Math.max(0.03, part))}
        transform="rotate(-90 18 18)"
        className="transition-[stroke-dashoffset] duration-150"
      />
    </svg>
  )
}
