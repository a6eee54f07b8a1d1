import type { ErrorCode } from '@deskbell/contract/errors'
import type { ChatId } from '@deskbell/contract/ids'
import { errorCode, SdkError } from '../base/errors.ts'
import type { SdkOptions } from '../base/options.ts'
import { retry } from '../base/retry.ts'
import type { Store } from '../base/store.ts'
import type { Session } from '../connection/session.ts'

/** Options of one upload. */
export type UploadOptions = {
  /** Default: that of the file, where it has one. */
  name?: string
  /** What an image shows, for those who do not see it: at most 500 characters. */
  alt?: string | undefined
  /** Called with the bytes that the server has, after each part. */
  onProgress?: (sent: number) => void
  /** Ends the upload, also on the server. */
  signal?: AbortSignal
}

export type UploadContext = Pick<SdkOptions, 'url' | 'fetch' | 'random'> & {
  session: Pick<Session, 'headers'>
  connection: Store<{ readonly kind: string }>
}

export type FileInput = UploadOptions & { chatId: ChatId; file: Blob }

/** An upload that another program may go on with. When it is given up here, the server keeps what it has. */
export type ResumableUpload = FileInput & {
  /** Its address on the server; null if it has not begun. */
  path: string | null
  /** Called when it begins, and when it begins anew because the server has removed it. */
  onPath(path: string): void
}

/** A cut costs at most what is on the way, so parts are only small enough to report progress. */
const partBytes = 512 * 1024
/** A part that takes longer is cut off. What has arrived of it counts. */
const requestMs = 60_000
const partType = 'application/offset+octet-stream'

/**
 * Uploads a file by tus 1.0.0, and returns its id for `uploadIds`. Whatever breaks meanwhile, it goes on where it ended.
 * Rejects with `SdkError` when the server refuses the file for good, with the code `not_found` when it cannot be read any
 * more, or with the reason of the signal.
 */
export async function uploadFile(context: UploadContext, input: FileInput | ResumableUpload): Promise<string> {
  const upload = new Upload(context, input)
  const { random = Math.random, connection } = context
  const { file, signal } = input
  try {
    do {
      await retry(() => upload.advance(), { signal, random, connection })
      signal?.throwIfAborted()
    } while (upload.received < file.size || upload.path === null)
    return upload.id
  } catch (error) {
    if (signal?.aborted !== true) throw error
    if (!('onPath' in input) && upload.path !== null) void removeUpload(context, upload.path)
    throw signal.reason
  }
}

/** Ends an upload on the server. Best effort: the server removes what no message uses. */
export async function removeUpload(context: UploadContext, path: string): Promise<void> {
  await call(context, { method: 'DELETE', path }).catch(() => null)
}

class Upload {
  readonly #context: UploadContext
  readonly #input: FileInput | ResumableUpload
  path: string | null
  /** Whether the server has to say first where the upload ends. */
  #isUnsure: boolean
  received = 0

  constructor(context: UploadContext, input: FileInput | ResumableUpload) {
    this.#context = context
    this.#input = input
    this.path = 'path' in input ? input.path : null
    this.#isUnsure = this.path !== null
  }

  get id(): string {
    return this.path?.slice(this.path.lastIndexOf('/') + 1) ?? ''
  }

  /** Sends the next part, or finds out which one that is. */
  async advance(): Promise<void> {
    if (this.path === null) await this.#create()
    else if (this.#isUnsure) await this.#ask(this.path)
    else await this.#send(this.path)
    this.#input.onProgress?.(this.received)
  }

  async #create(): Promise<void> {
    const { chatId, file, name = nameOf(file), alt = '' } = this.#input
    const metadata = { filename: name, filetype: file.type, chatId: String(chatId), ...(alt !== '' && { alt }) }
    const headers = { 'upload-length': String(file.size), 'upload-metadata': metadataOf(metadata) }
    const response = await this.#call('POST', '/api/uploads', { headers })
    this.path = response.headers.get('location')
    if ('onPath' in this.#input && this.path !== null) this.#input.onPath(this.path)
    this.received = 0
    this.#isUnsure = false
  }

  async #ask(path: string): Promise<void> {
    const response = await this.#call('HEAD', path).catch((error: unknown) => {
      // It has expired, so it begins anew.
      if (error instanceof SdkError && error.code === 'not_found') return null
      throw error
    })
    if (response === null) this.path = null
    this.received = response === null ? 0 : offsetOf(response)
    this.#isUnsure = false
  }

  async #send(path: string): Promise<void> {
    const body = await readable(this.#input.file.slice(this.received, this.received + partBytes))
    this.#isUnsure = true
    const headers = { 'upload-offset': String(this.received), 'content-type': partType }
    this.received = offsetOf(await this.#call('PATCH', path, { headers, body }))
    this.#isUnsure = false
  }

  #call(method: string, path: string, { headers, body }: Pick<Request, 'headers' | 'body'> = {}): Promise<Response> {
    return call(this.#context, { method, path, headers, body, signal: this.#input.signal })
  }
}

type Request = {
  method: string
  path: string
  headers?: Record<string, string> | undefined
  body?: Blob | undefined
  signal?: AbortSignal | undefined
}

/** Throws `SdkError` where the server refuses, and another error where it may succeed later. */
async function call(context: UploadContext, { method, path, headers, body, signal }: Request): Promise<Response> {
  const { url, fetch = globalThis.fetch } = context
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, requestMs)
  signal?.addEventListener('abort', abort)
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...context.session.headers(), 'tus-resumable': '1.0.0', ...headers },
      ...(body !== undefined && { body }),
      signal: controller.signal,
    })
    if (response.ok) return response
    throw await refusalOf(response)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

/** An answer to `HEAD` has no body, so its status has to say what it is. */
const codes: Partial<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  422: 'unsupported_file',
}

async function refusalOf(response: Response): Promise<Error> {
  const problem: unknown = await response.json().catch(() => null)
  const retryAfterMs = Number(response.headers.get('retry-after')) * 1_000
  const code = errorCode({ data: problem }) ?? codes[response.status]
  // The upload does not end where this program thinks. It asks, after a pause.
  const isOffset = response.status === 409 && code === 'invalid_input'
  if (code === undefined || isOffset) return new Error(`The server answered ${response.status}.`)
  return Object.assign(new SdkError(code), { data: { code, retryAfterMs } })
}

function offsetOf({ headers }: Response): number {
  const offset = Number(headers.get('upload-offset') ?? Number.NaN)
  if (Number.isNaN(offset)) throw new Error('The answer says nothing of the upload.')
  return offset
}

/** A file on a disk may have been moved or changed since it was chosen. */
async function readable(part: Blob): Promise<Blob> {
  try {
    return new Blob([await part.arrayBuffer()])
  } catch (cause) {
    throw new SdkError('not_found', { cause })
  }
}

function nameOf(file: Blob): string {
  return 'name' in file && typeof file.name === 'string' ? file.name : ''
}

function metadataOf(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${btoa(String.fromCharCode(...new TextEncoder().encode(value.slice(0, 1_000))))}`)
    .join(',')
}
