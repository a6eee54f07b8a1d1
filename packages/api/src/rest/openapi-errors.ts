import { type ErrorCode, errorCodeSchema, errorMeanings } from '@deskbell/contract/errors'
import { errorTable } from '../error-table.ts'
import type { JsonSchema } from './json-schema.ts'
import type { RestRoute } from './rest-routes.ts'

export type ErrorResponse = {
  description: string
  headers?: JsonSchema
  content: { 'application/problem+json': JsonSchema }
}
export type ErrorResponses = Record<string, ErrorResponse>

/** One reusable answer per error code. */
export function errorResponses(): ErrorResponses {
  return Object.fromEntries(codes.map((code) => [code, errorResponse([code])]))
}

/** The errors of one path: its own, and what its access, its input and the transport bring. Conflicts share a status. */
export function errorsOf(route: RestRoute): Record<string, ErrorResponse | { $ref: string }> {
  const expected = codes.filter((code) => errorCodesOf(route).has(code))
  const byStatus = Map.groupBy(expected, (code) => errorTable[code].status)
  const entries = [...byStatus].map(([status, group]) => [String(status), reference(group)] as const)
  return Object.fromEntries(entries)
}

/** Every code that a call of this path may answer with. */
export function errorCodesOf(route: RestRoute): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    'invalid_input',
    'forbidden',
    'unavailable',
    'internal',
    ...(route.meta.access === 'anybody' ? [] : (['unauthenticated'] as const)),
    ...(route.meta.limit === undefined ? [] : (['rate_limited'] as const)),
    ...(route.method === 'POST' ? (['too_large', 'unsupported_media_type'] as const) : []),
    ...(route.pathFields.length > 0 ? (['not_found'] as const) : []),
    ...(route.meta.errors ?? []),
  ])
}

const codes = errorCodeSchema.options

function reference(group: readonly ErrorCode[]): ErrorResponse | { $ref: string } {
  const [only, ...others] = group
  return others.length === 0 ? { $ref: `#/components/responses/${only}` } : errorResponse(group)
}

function errorResponse(group: readonly ErrorCode[]): ErrorResponse {
  const canWait = group.some((code) => errorTable[code].retryAfterMs !== null)
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }, { type: 'object', properties: { code: { enum: group } } }],
  }
  const examples = Object.fromEntries(group.map((code) => [code, { value: problemExample(code) }]))
  return {
    description: group.map((code) => `\`${code}\`: ${errorMeanings[code]}`).join(' '),
    ...(canWait && { headers: retryAfterHeader }),
    content: { 'application/problem+json': { schema, examples } },
  }
}

const retryAfterHeader = {
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer', minimum: 1 } },
}

function problemExample(code: ErrorCode): JsonSchema {
  const { status, title } = errorTable[code]
  const problem = { type: `/api/docs#${code}`, title, status, code, detail: errorMeanings[code] }
  const errors = code === 'invalid_input' ? { errors: [{ path: 'text', message: 'must not be empty' }] } : {}
  return { ...problem, requestId: 'b2f0c3de5a1e4f67', ...errors }
}
