/** What is said about an upload when it is made. */
export type TusFile = {
  chatId: number
  name?: string
  type?: string
  alt?: string
  bytes: Uint8Array<ArrayBuffer>
}

type Call = {
  token: string
  headers?: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
}

/** Speaks tus as it is on the wire, without what a client does by itself. */
export type TusProbe = {
  /** Sends one request; `path` is that of an upload, or `/api/uploads`. */
  call(method: string, path: string, call: Call): Promise<Response>
  /** Makes an upload and sends all of it at once. Returns its id. */
  upload(token: string, file: TusFile): Promise<string>
  /** Makes an upload and sends nothing. Returns its path. */
  create(token: string, file: TusFile): Promise<string>
  /** Sends a part. */
  patch(path: string, part: { token: string; offset: number; bytes: Uint8Array<ArrayBuffer> }): Promise<Response>
}

export function createTusProbe(url: string): TusProbe {
  const call: TusProbe['call'] = (method, path, { token, headers = {}, body }) =>
    fetch(`${url}${path}`, {
      method,
      headers: { 'tus-resumable': '1.0.0', authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { body, duplex: 'half' }),
    })
  const made = async (response: Response) => {
    const location = response.headers.get('location')
    if (response.status !== 201 || location === null) throw new Error(`${response.status} ${await response.text()}`)
    return location
  }
  return {
    call,
    async upload(token, file) {
      const headers = { ...announce(file), 'content-type': partType }
      const path = await made(await call('POST', '/api/uploads', { token, headers, body: file.bytes }))
      return path.slice(path.lastIndexOf('/') + 1)
    },
    create: async (token, file) => made(await call('POST', '/api/uploads', { token, headers: announce(file) })),
    patch: (path, { token, offset, bytes }) =>
      call('PATCH', path, {
        token,
        headers: { 'upload-offset': String(offset), 'content-type': partType },
        body: bytes,
      }),
  }
}

export const partType = 'application/offset+octet-stream'

/** The headers that announce a file. */
export function announce({
  chatId,
  name = 'notes.txt',
  type = 'text/plain',
  alt,
  bytes,
}: TusFile): Record<string, string> {
  const metadata = { filename: name, filetype: type, chatId: String(chatId), ...(alt !== undefined && { alt }) }
  return { 'upload-length': String(bytes.length), 'upload-metadata': tusMetadata(metadata) }
}

export function tusMetadata(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',')
}
