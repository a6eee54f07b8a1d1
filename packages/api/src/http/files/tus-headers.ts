import type { IncomingMessage } from 'node:http'
import { type UploadMetadata, uploadMetadataSchema } from '@deskbell/contract/attachments'
import { AppError } from '@deskbell/contract/errors'
import { fileBytesMax } from '@deskbell/contract/limits'
import type { Upload } from '@deskbell/core/files/receive-part'

/* The headers of tus 1.0.0: https://tus.io/protocols/resumable-upload */

export const tusVersion = '1.0.0'

export const tusAbilities = {
  'tus-version': tusVersion,
  'tus-extension': 'creation,creation-with-upload,termination,expiration',
  'tus-max-size': String(fileBytesMax),
}

/** Whether the sender speaks a version that we speak. */
export function isTusVersion({ headers }: IncomingMessage): boolean {
  return headers['tus-resumable'] === tusVersion
}

/** A request whose sender cannot send every method names the meant one. */
export function tusMethod({ method = '', headers }: IncomingMessage): string {
  const meant = headers['x-http-method-override']
  return method === 'POST' && typeof meant === 'string' ? meant.toUpperCase() : method
}

/** Throws `invalid_input`. */
export function readCount({ headers }: IncomingMessage, name: 'upload-length' | 'upload-offset'): number {
  const value = headers[name]
  if (typeof value !== 'string' || !/^\d{1,15}$/.test(value)) throw invalid(name, 'must be a number of bytes')
  return Number(value)
}

/** A body of a part, as opposed to none. Throws `unsupported_media_type` for one of another type. */
export function carriesPart({ headers }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
  const isPart = /^application\/offset\+octet-stream\s*(;|$)/i.test(headers['content-type'] ?? '')
  if (hasBody && !isPart) throw new AppError('unsupported_media_type', { detail: partTypeDetail })
  return isPart
}

export const partTypeDetail = 'The body must be application/offset+octet-stream.'

/** Reads `Upload-Metadata`: pairs of a key and a text in base64. Throws `invalid_input`. */
export function readMetadata({ headers }: IncomingMessage): UploadMetadata {
  const pairs: [string, string][] = []
  for (const pair of String(headers['upload-metadata'] ?? '').split(',')) {
    const [, key, value = ''] = /^\s*([^\s,]+)(?: ([A-Za-z0-9+/_-]*={0,2}))?\s*$/.exec(pair) ?? []
    if (key === undefined) throw invalid('upload-metadata', 'must be pairs of a key and a value in base64')
    pairs.push([key, Buffer.from(value, 'base64').toString('utf8')])
  }
  const { data, error } = uploadMetadataSchema.safeParse(Object.fromEntries(pairs))
  if (data === undefined) {
    const issues = error.issues.map(({ path, message }) => ({ path: ['upload-metadata', ...path].join('.'), message }))
    throw new AppError('invalid_input', { issues })
  }
  return data
}

/** What is said about an upload in answers. */
export function uploadHeaders({ received, expiresAt }: Upload): Record<string, string> {
  return { 'upload-offset': String(received), 'upload-expires': expiresAt.toUTCString() }
}

/** The metadata as it was given, as far as it is kept. */
export function metadataHeader({ name, claimedType, alt, chatId }: Upload): string {
  return Object.entries({ filename: name, filetype: claimedType, chatId: String(chatId), ...(alt !== '' && { alt }) })
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}

function invalid(path: string, message: string): AppError {
  return new AppError('invalid_input', { issues: [{ path, message }] })
}
