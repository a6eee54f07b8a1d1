import { type ErrorCode, errorCodeSchema, errorMeanings } from '@deskbell/contract/errors'
import { errorTable } from '../../error-table.ts'
import type { RestRoute } from '../rest-routes.ts'
import type { JsonSchema } from './json-schema.ts'

export type ErrorResponse = {
  description: string
  headers?: JsonSchema
  content: { 'application/problem+json': JsonSchema }
}
export type ErrorResponses = Record<string, ErrorResponse>

/** Returns the responses of single error codes to which the paths refer. */
export function errorResponses(routes: readonly RestRoute[]): ErrorResponses {
  const referredTo = new Set(routes.flatMap((route) => groupsOf(route).filter(isSingle).flat()))
  return Object.fromEntries(codes.filter((code) => referredTo.has(code)).map((code) => [code, errorResponse([code])]))
}

/**
 * Returns the error responses of a path by status: its own codes, and those of its access, its input and the transport.
 * Codes with the same status share a response.
 */
export function errorsOf(route: RestRoute): Record<string, ErrorResponse | { $ref: string }> {
  return Object.fromEntries(groupsOf(route).map((group) => [String(errorTable[group[0]].status), reference(group)]))
}

/** Groups the codes of a path by status. */
function groupsOf(route: RestRoute): CodeGroup[] {
  const expected = codes.filter((code) => errorCodesOf(route).has(code))
  const groups = Map.groupBy(expected, (code) => errorTable[code].status)
  return [...groups.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others]]))
}

/** Returns every code with which a call of the path may fail. */
export function errorCodesOf(route: RestRoute): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    'invalid_input',
    'forbidden',
    'rate_limited',
    'unavailable',
    'internal',
    ...(route.meta.access === 'anybody' ? [] : (['unauthenticated'] as const)),
    ...(route.method === 'POST' ? (['too_large', 'unsupported_media_type'] as const) : []),
    ...(route.pathFields.length > 0 ? (['not_found'] as const) : []),
    ...(route.meta.errors ?? []),
  ])
}

const codes = errorCodeSchema.options

type CodeGroup = [ErrorCode, ...ErrorCode[]]

function isSingle(group: CodeGroup): boolean {
  return group.length === 1
}

function reference(group: CodeGroup): ErrorResponse | { $ref: string } {
  return isSingle(group) ? { $ref: `#/components/responses/${group[0]}` } : errorResponse(group)
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
