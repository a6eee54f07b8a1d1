import { z } from 'zod'
import { type ChatId, chatIdSchema } from './ids.ts'
import { attachmentsMax } from './limits.ts'

/** The id of an upload, and of the attachment that it becomes: 32 hexadecimal digits. */
export const fileIdSchema = z.string().regex(/^[0-9a-f]{32}$/)

export const attachmentSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    mediaType: z.string(),
    bytes: z.int().min(0),
    width: z.int().positive().nullable(),
    height: z.int().positive().nullable(),
    thumbHash: z.string().nullable(),
    url: z.string(),
    thumbnailUrl: z.string().nullable(),
    alt: z.string().optional(),
  })
  .meta({ id: 'Attachment' })
/** A file of a message. `bytes`, `mediaType`, `width` and `height` are those of what `url` serves. */
export type Attachment = {
  id: string
  /** As its sender named it, cleaned: at most 255 characters. */
  name: string
  mediaType: string
  bytes: number
  /** In pixels; null for everything but an image. */
  width: number | null
  height: number | null
  /** A ThumbHash in base64: a blurred preview of an image in about 25 bytes. */
  thumbHash: string | null
  /** Below the address of the server: `/files/{id}`. */
  url: string
  /** A smaller version of an image, uncropped. */
  thumbnailUrl: string | null
  /** What its sender says of an image for those who do not see it: at most 500 characters. Absent where nothing. */
  alt?: string | undefined
}

/** The ids of finished uploads of the sender to the same chat, each used once, in the order in which they are shown. */
export const uploadIdsSchema = z
  .array(z.string().min(1).max(100))
  .min(1)
  .max(attachmentsMax)
  .refine((ids) => new Set(ids).size === ids.length, 'must not name an upload twice')

/** What an upload says about itself in `Upload-Metadata`. */
export const uploadMetadataSchema = z.object({
  filename: z.string().default(''),
  filetype: z.string().max(255).default(''),
  alt: z.string().default(''),
  chatId: z
    .string()
    .regex(/^\d{1,16}$/)
    .transform(Number)
    .pipe(chatIdSchema),
})
export type UploadMetadata = { filename: string; filetype: string; alt: string; chatId: ChatId }
