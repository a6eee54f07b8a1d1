import { oidcAnswerBytesMax, oidcAnswerMs } from '@deskbell/contract/limits'
import type { CustomFetch } from 'openid-client'

/** An answer did not come, took too long or was too large. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
}

/**
 * Makes a `fetch` for an identity provider: over https, or over http to this machine when the provider is on it. An answer
 * that takes longer than `answerMs`, or is larger than 256 KB, is `NoAnswerError`. A redirect is an answer and is not
 * followed.
 */
export function limitedFetch(issuer: string, answerMs: number = oidcAnswerMs): CustomFetch {
  const allowsHttp = new URL(issuer).protocol === 'http:'
  return async (url, { method, headers, body }) => {
    if (!isAllowed(new URL(url), allowsHttp))
      throw new NoAnswerError('The address is neither https nor of this machine.')
    // The library sends forms only.
    const form = body instanceof URLSearchParams ? body : null
    const signal = AbortSignal.timeout(answerMs)
    try {
      const response = await fetch(url, { method, headers, body: form, redirect: 'manual', signal })
      const bytes = await readBytes(response)
      const hasBody = response.status !== 204 && response.status !== 304
      return new Response(hasBody ? bytes : null, { status: response.status, headers: response.headers })
    } catch (cause) {
      throw cause instanceof NoAnswerError ? cause : new NoAnswerError('The provider does not answer.', { cause })
    }
  }
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

function isAllowed({ protocol, hostname }: URL, allowsHttp: boolean): boolean {
  return protocol === 'https:' || (allowsHttp && protocol === 'http:' && loopback.test(hostname))
}

async function readBytes(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    // Leaving the loop cancels the rest.
    if (size > oidcAnswerBytesMax) throw new NoAnswerError('The answer is too large.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
