import type { Attachment } from '@deskbell/contract/attachments'
import type { MessageType } from '@deskbell/contract/messages'
import type { FileRow } from '@deskbell/db/queries/files/attachments'

/** A file that is ready, as answers and the log have it. */
export function attachmentView(file: FileRow): Attachment {
  const { id, name, mediaType, bytes, width, height, thumbHash, thumbnailType, alt } = file
  if (mediaType === null || bytes === null) throw new Error('A file that is not ready cannot be attached.')
  const url = `/files/${id}`
  const thumbnailUrl = thumbnailType === null ? null : `${url}/thumbnail`
  const seen = { id, name, mediaType, bytes, width, height, thumbHash, url, thumbnailUrl }
  return alt === '' ? seen : { ...seen, alt }
}

export function messageTypeOf(attachments: readonly Attachment[]): MessageType {
  if (attachments.length === 0) return 'text'
  return attachments.every(({ width }) => width !== null) ? 'image' : 'file'
}
