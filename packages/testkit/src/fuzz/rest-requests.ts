import { request as sendRequest } from 'node:http'
import { frameBytesMax } from '@deskbell/contract/limits'
import fc from 'fast-check'
import { z } from 'zod'
import { hostileNames, hostileValues, type KnownIds, type Schema, shaped, valuesOf } from './schema-values.ts'

const schemaSchema = z.record(z.string(), z.unknown())
const operationSchema = z.object({
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['path', 'query']), schema: schemaSchema })).default([]),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: schemaSchema }) }) })
    .optional()
    .transform((body): Schema | undefined => body?.content['application/json'].schema),
})
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) })

export type RestOperation = z.output<typeof operationSchema> & { method: string; path: string }

/** The operations of an OpenAPI document. */
export function operationsOf(document: unknown): RestOperation[] {
  return Object.entries(documentSchema.parse(document).paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  )
}

export type FuzzRequest = {
  method: string
  /** Below `/api`, with the query. */
  path: string
  headers: Record<string, string>
  body: FuzzBody
  /** Which of the callers sends it. */
  caller: number
}

/** A text, so many times: a report of a failure stays readable. `latin1` is for bytes that are no UTF-8. */
type FuzzBody = { text: string; times: number; encoding: 'utf8' | 'latin1' }

const body = (text: string, times = 1): FuzzBody => ({ text, times, encoding: 'utf8' })

/** Requests for an operation: as the document says, and broken in one part or another. */
export function requestsOf(operation: RestOperation, ids: KnownIds, callers: number): fc.Arbitrary<FuzzRequest> {
  return fc.record({
    method: mostly(fc.constant(operation.method), fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS')),
    path: pathsOf(operation, ids),
    headers: headersOf(operation),
    body: bodiesOf(operation, ids),
    caller: fc.nat({ max: callers - 1 }),
  })
}

function mostly<T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: usual }, { weight: 1, arbitrary: rare })
}

/** Texts of a path or a query, percent-encoded, also wrongly. */
const brokenTexts = fc.oneof(
  hostileValues.map((value) => encoded(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 2_000)),
  fc.constantFrom('%', '%zz', '%ff', '%00', '%c0%ae', '..', '%2e%2e%2f', '01', '1e3', '+1', '1.0', '%201'),
)

function pathsOf({ path, parameters }: RestOperation, ids: KnownIds): fc.Arbitrary<string> {
  const textOf = (name: string, schema: Schema) =>
    mostly(
      shaped(name, schema, ids).map((value) => encoded(value)),
      brokenTexts,
    )
  const inPath = parameters.filter((parameter) => parameter.in === 'path')
  const filled = fc
    .tuple(...inPath.map(({ name, schema }) => textOf(name, schema)))
    .map((values) => inPath.reduce((text, { name }, nth) => text.replace(`{${name}}`, () => values[nth] ?? ''), path))
  const pairs = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) =>
      fc.option(
        textOf(name, schema).map((value) => `${name}=${value}`),
        { nil: '' },
      ),
    )
  const further = fc.constantFrom('limit=1', 'limit=2', 'x', '=', '&&', '__proto__=1', 'limit[]=1', 'cursor=%ff')
  return fc
    .tuple(filled, fc.tuple(...pairs), mostly(fc.constant(''), further))
    .map(([text, known, more]) =>
      [text, [...known, more].filter((pair) => pair !== '').join('&')].filter(Boolean).join('?'),
    )
}

function bodiesOf({ requestBody }: RestOperation, ids: KnownIds): fc.Arbitrary<FuzzBody> {
  if (requestBody === undefined) return fc.constant(body(''))
  const texts = valuesOf(requestBody, ids).map((value) => JSON.stringify(value))
  const raw = fc.oneof(
    fc.tuple(texts, fc.nat({ max: 40 })).map(([text, length]) => body(text.slice(0, length))),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text): FuzzBody => ({ ...body(text), encoding: 'latin1' })),
    fc.constantFrom('{"a":1,"a":2}', '[]', 'null', '"', '\ufeff{}').map((text) => body(text)),
    fc.constantFrom(body('[', 50_000), body('{"a":', 50_000), body('x', frameBytesMax + 1)),
  )
  return mostly(
    texts.map((text) => body(text)),
    raw,
  )
}

function headersOf({ method }: RestOperation): fc.Arbitrary<Record<string, string>> {
  const json = fc.constant<Record<string, string>>(method === 'GET' ? {} : { 'content-type': 'application/json' })
  const types = fc
    .constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'application/json;',
      'multipart/form-data',
      '/',
      'a',
    )
    .map((type): Record<string, string> => ({ 'content-type': type }))
  const texts = fc.string({ unit: fc.constantFrom('a', '1', ' ', ';', '=', ',', '"', '*', '\u00e9'), maxLength: 20 })
  const names = fc.constantFrom(
    'accept',
    'accept-language',
    'cookie',
    'content-encoding',
    'deskbell-role',
    'deskbell-user',
    'if-none-match',
    'origin',
    'range',
    'x-forwarded-for',
    'x-http-method-override',
    ...hostileNames.filter((name) => name !== ''),
  )
  const further = fc.dictionary(names, texts, { maxKeys: 2, noNullPrototype: true })
  return fc.tuple(mostly(json, types), mostly(fc.constant({}), further)).map(([type, more]) => ({ ...more, ...type }))
}

function encoded(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed())
}

/** Whether the percent-encoding of the path can be read. A target of which it cannot is 400, whatever the method. */
export function hasReadablePath({ path }: Pick<FuzzRequest, 'path'>): boolean {
  try {
    return decodeURIComponent(path.split('?')[0] ?? '') !== ''
  } catch {
    return false
  }
}

export type FuzzAnswer = { status: number; headers: Record<string, string>; text: string }

/** Sends a request as it is: `fetch` would change or refuse some of them. */
export function sendFuzz(
  url: string,
  { method, path, headers, body }: Omit<FuzzRequest, 'caller'>,
): Promise<FuzzAnswer> {
  const bytes = Buffer.from(body.text.repeat(body.times), body.encoding)
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const length = bytes.length > 0 || method === 'POST' ? { 'content-length': String(bytes.length) } : {}
    const options = { hostname, port, method, path: `/api${path}`, headers: { ...headers, ...length }, agent: false }
    const request = sendRequest(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(flat),
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
    request.on('error', reject)
    request.end(bytes)
  })
}
