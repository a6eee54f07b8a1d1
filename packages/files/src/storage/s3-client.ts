import { setTimeout as delay } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'

export type S3Access = {
  /** `https://s3.example.com`. The bucket stands in the path. */
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

export type S3Request = {
  method: 'GET' | 'PUT' | 'DELETE'
  /** Of the object; without it the request is about the bucket. */
  name?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: Blob
}

const attemptsMax = 4
const firstDelayMs = 100
/** Until the answer begins, for a request without a body. */
const answerMs = 30_000
/** The slowest connection on which a body is still sent: 100 kB a second. */
const bodyBytesPerMs = 100
/** What S3 says when it is to be asked again. */
const retriedStatuses = [408, 429, 500, 502, 503, 504]

/**
 * Sends requests to an S3-compatible service, signed with AWS Signature Version 4, and repeats those that fail for a
 * reason that may pass. Its errors name the method and what the service said, and neither addresses nor keys.
 */
export class S3Client {
  readonly #access: S3Access
  readonly #bucketUrl: string
  readonly #signingKeys = new Map<string, ArrayBuffer>()

  constructor(access: S3Access) {
    const endpoint = URL.parse(access.endpoint)
    if (endpoint === null || !/^https?:$/.test(endpoint.protocol) || endpoint.username || endpoint.search) {
      throw new TypeError('The endpoint of the S3 storage must be an http: or https: address without user and query.')
    }
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(access.bucket)) {
      throw new TypeError('The bucket of the S3 storage must have 3 to 63 small letters, digits, dots and dashes.')
    }
    this.#access = access
    this.#bucketUrl = `${endpoint.origin}${endpoint.pathname.replace(/\/+$/, '')}/${access.bucket}`
  }

  /**
   * Resolves when the answer begins, with a status that need not mean success. Rejects when there was none, or when the
   * last attempt was still refused for a passing reason.
   */
  async send(request: S3Request): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#attempt(request)
      const isRefused = answer instanceof Error || retriedStatuses.includes(answer.status)
      if (!isRefused) return answer
      const error = answer instanceof Error ? answer : await failureOf(request, answer)
      if (attempt === attemptsMax) throw error
      await delay(Math.random() * firstDelayMs * 2 ** attempt)
    }
  }

  async #attempt(request: S3Request): Promise<Response | Error> {
    const { method, name, query, headers, body } = request
    const url = new URL(name === undefined ? this.#bucketUrl : `${this.#bucketUrl}/${name}`)
    for (const [field, value] of Object.entries(query ?? {})) url.searchParams.set(field, value)
    const { accessKeyId, secretAccessKey, region } = this.#access
    const access = { accessKeyId, secretAccessKey, region, service: 's3', cache: this.#signingKeys }
    const signer = new AwsV4Signer({ ...access, method, url: url.href, ...(headers && { headers }) })
    const signed = await signer.sign()
    const limit = new AbortController()
    const limitMs = answerMs + (body?.size ?? 0) / bodyBytesPerMs
    const timer = setTimeout(() => limit.abort(), limitMs)
    try {
      // A redirect would take the signed headers elsewhere.
      const options = { method, headers: signed.headers, redirect: 'manual', signal: limit.signal } as const
      return await fetch(url, { ...options, ...(body && { body }) })
    } catch (error) {
      const reason = limit.signal.aborted ? `no answer within ${Math.round(limitMs / 1_000)} s` : networkReason(error)
      return new Error(`S3 ${method} failed: ${reason}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What the service has said, such as `S3 PUT failed: 403 AccessDenied`. Reads the answer to its end. */
export async function failureOf({ method }: S3Request, answer: Response): Promise<S3Failure> {
  const text = await answer.text().catch(() => '')
  const [, code = ''] = /<Code>([A-Za-z0-9.]{1,60})<\/Code>/.exec(text) ?? []
  return new S3Failure(`S3 ${method} failed: ${answer.status} ${code}`.trim(), code)
}

export class S3Failure extends Error {
  /** That of the service, such as `NoSuchKey`, or empty. */
  readonly code: string

  constructor(message: string, code: string) {
    super(message)
    this.code = code
  }
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection broke'
}
