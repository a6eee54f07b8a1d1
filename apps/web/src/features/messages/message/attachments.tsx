import type { Attachment } from '@deskbell/sdk'
import { lazyPart } from '../../../components/lazy-part.tsx'
import { importPart } from '../../../lib/loading/import-part.ts'
import type { AttachmentsProps } from '../lazy/attachment-list.tsx'

const AttachmentList = lazyPart<AttachmentsProps>(
  async () => (await importPart(() => import('../lazy/attachment-list.tsx'))).AttachmentList,
)

/**
 * The files of a message: an image alone in its proportions, several as tiles, two in a row. Their places are there before
 * the code that shows them, and before the images.
 */
export function Attachments({ attachments }: AttachmentsProps) {
  const isGallery = attachments.filter(({ width }) => width !== null).length > 1
  return (
    <div
      className={`grid grid-cols-[minmax(0,1fr)] *:[grid-area:1/1] ${isGallery ? 'w-[320px] max-w-full' : 'max-w-[320px]'}`}
    >
      <div aria-hidden="true" className="attachments">
        {attachments.map((attachment) => (
          <Place key={attachment.id} {...attachment} isTile={isGallery} />
        ))}
      </div>
      <AttachmentList attachments={attachments} />
    </div>
  )
}

/** A canvas that nobody draws on has a size and its proportions, and no memory. */
function Place({ width, height, isTile }: Attachment & { isTile: boolean }) {
  if (width === null) return <div className="min-h-11" />
  if (isTile) return <div className="tile aspect-square" />
  return <canvas width={width} height={height ?? width} className="block max-h-[320px] max-w-full" />
}
