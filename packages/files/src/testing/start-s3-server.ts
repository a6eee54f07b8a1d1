import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { S3Settings } from '../storage/s3-storage.ts'

export type S3Server = AsyncDisposable & { settings: S3Settings }

const access = { region: 'eu-test-1', accessKeyId: 'TESTKEY', secretAccessKey: 'test/secret+word' }
const bucket = 'deskbell'
const pageMax = 1_000

class Refusal extends Error {
  readonly status: number

  constructor(status: number, code: string) {
    super(code)
    this.status = status
  }
}

/**
 * Starts an S3 server on loopback with one empty bucket in memory. It does what the API reference of Amazon S3 says of
 * PutObject, GetObject, DeleteObject and ListObjectsV2: it replaces objects atomically, compares signatures and hashes,
 * and lists pages of a thousand keys.
 */
export async function startS3Server(): Promise<S3Server> {
  const objects = new Map<string, { bytes: Buffer; putAt: Date }>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://localhost')
    const body = await buffer(request)
    assertSigned(request, url)
    assertHash(request, body)
    const [, named, name = ''] = /^\/([^/]*)\/?(.*)$/.exec(decodeURIComponent(url.pathname)) ?? []
    if (named !== bucket) throw new Refusal(404, 'NoSuchBucket')
    if (name === '') return void response.end(listPage(objects, url.searchParams))
    if (request.method === 'PUT') objects.set(name, { bytes: body, putAt: new Date() })
    if (request.method === 'DELETE') objects.delete(name)
    if (request.method !== 'GET') return void response.writeHead(request.method === 'DELETE' ? 204 : 200).end()
    const found = objects.get(name)
    if (found === undefined) throw new Refusal(404, 'NoSuchKey')
    sendObject(request, response, found.bytes)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status, message } = error instanceof Refusal ? error : new Refusal(500, 'InternalError')
      response.writeHead(status).end(`<?xml version="1.0"?>\n<Error><Code>${message}</Code></Error>`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    settings: { endpoint: `http://127.0.0.1:${port}`, bucket, prefix: 'files', ...access },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function sendObject(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (from === undefined) return void response.end(bytes)
  if (Number(from) >= bytes.length) throw new Refusal(416, 'InvalidRange')
  response.writeHead(206).end(bytes.subarray(Number(from), Number(to) + 1))
}

function listPage(objects: Map<string, { putAt: Date }>, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? ''
  // A token that an XML document can only hold as entities.
  const after = query.get('continuation-token')?.replace(/^<after>&/, '') ?? ''
  const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).toSorted()
  const page = names.slice(0, pageMax)
  const contents = page.map((name) => {
    const putAt = objects
      .get(name)
      ?.putAt.toISOString()
      .replace(/\d{3}Z$/, '000Z')
    return `<Contents><Key>${name}</Key><LastModified>${putAt}</LastModified><Size>1</Size></Contents>`
  })
  const next =
    names.length > pageMax ? `<NextContinuationToken>&lt;after&gt;&#38;${page.at(-1)}</NextContinuationToken>` : ''
  return `<?xml version="1.0"?>\n<ListBucketResult><Prefix>${prefix}</Prefix>${next}${contents.join('')}</ListBucketResult>`
}

function assertHash(request: IncomingMessage, body: Buffer): void {
  const said = request.headers['x-amz-content-sha256']
  const real = createHash('sha256').update(body).digest('hex')
  const isUnsigned = said === 'UNSIGNED-PAYLOAD' && body.length === 0
  if (said !== real && !isUnsigned) throw new Refusal(400, 'XAmzContentSHA256Mismatch')
}

/** AWS Signature Version 4, as of the reference of Amazon S3: "Authenticating Requests: Using the Authorization Header". */
function assertSigned({ method, headers }: IncomingMessage, url: URL): void {
  const form = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(.+), ?SignedHeaders=(.+), ?Signature=([0-9a-f]{64})$/
  const [, keyId, scope = '', names = '', given] = form.exec(headers.authorization ?? '') ?? []
  if (keyId !== access.accessKeyId) throw new Refusal(403, 'InvalidAccessKeyId')
  const time = String(headers['x-amz-date'])
  const [date = '', region = ''] = scope.split('/')
  if (region !== access.region || !time.startsWith(date)) throw new Refusal(400, 'AuthorizationHeaderMalformed')
  const query = [...url.searchParams].map((pair) => pair.map(encodeURIComponent).join('=')).toSorted()
  const signed = names.split(';').map((name) => `${name}:${String(headers[name])}\n`)
  const canonical = [method, url.pathname, query.join('&'), signed.join(''), names, headers['x-amz-content-sha256']]
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical.join('\n')).digest('hex')]
  const start: Buffer | string = `AWS4${access.secretAccessKey}`
  const key = [date, region, 's3', 'aws4_request'].reduce<Buffer | string>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    start,
  )
  const expected = createHmac('sha256', key).update(text.join('\n')).digest('hex')
  if (given !== expected) throw new Refusal(403, 'SignatureDoesNotMatch')
}
