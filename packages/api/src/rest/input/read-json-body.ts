import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '@deskbell/contract/errors'
import { frameBytesMax } from '@deskbell/contract/limits'

/** Reads at most `bytesMax` bytes of the body; null when there are more. */
export type ReadBody = (bytesMax: number) => Promise<Uint8Array | null>

export type BodySource = { headers: IncomingHttpHeaders; readBody: ReadBody }

/**
 * Reads the bytes of a JSON body; none when there is no body. Checks the media type, then the size. Does not parse the
 * body, because the session is checked before an invalid body is reported. Rejects with `unsupported_media_type`,
 * `too_large` or, for an incomplete body, `invalid_input`.
 */
export async function readJsonBytes({ headers, readBody }: BodySource): Promise<Uint8Array> {
  if (!hasBody(headers)) return new Uint8Array()
  if (!isJson(headers['content-type']) || isEncoded(headers)) throw new AppError('unsupported_media_type')
  if (Number(headers['content-length'] ?? 0) > frameBytesMax) throw new AppError('too_large')
  const bytes = await readBody(frameBytesMax).catch((cause: unknown) => {
    throw new AppError('invalid_input', { detail: 'The body was not sent to its end.', cause })
  })
  if (bytes === null) throw new AppError('too_large')
  return bytes
}

/** Parses a JSON object. An empty body counts as `{}`. Throws `invalid_input`. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {}
  const value = parseJson(bytes)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw broken('The body must be an object')
  return Object.fromEntries(Object.entries(value))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw broken('The body must be JSON in UTF-8')
  }
}

function broken(message: string): AppError {
  return new AppError('invalid_input', { issues: [{ path: '', message }] })
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='))
  return type.trim() === 'application/json' && /^charset="?utf-8"?$/.test(charset ?? 'charset=utf-8')
}

function isEncoded(headers: IncomingHttpHeaders): boolean {
  return (headers['content-encoding'] ?? 'identity') !== 'identity'
}
