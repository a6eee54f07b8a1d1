import type { Readable } from 'node:stream'
import type { ReadBody } from './read-json-body.ts'

/** Reads a request's body, and stops at the bound without breaking the line that the answer needs. */
export function bodyReader(request: Readable): ReadBody {
  return async (bytesMax) => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk)
      size += bytes.length
      if (size > bytesMax) return null
      chunks.push(bytes)
    }
    return Buffer.concat(chunks, size)
  }
}
