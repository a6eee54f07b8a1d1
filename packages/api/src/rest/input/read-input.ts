import { AppError, type InputIssue } from '@deskbell/contract/errors'
import { z } from 'zod'
import { type RestRoute, remainingFields } from '../rest-routes.ts'
import { parseJsonObject } from './read-json-body.ts'
import { readQuery } from './read-query.ts'
import { decodeComponent, readScalar } from './read-scalar.ts'

/** The raw input: parameters of the path and query percent-encoded, and the bytes of the body. */
export type RawInput = { parameters: readonly string[]; query: string; body: Uint8Array }

/** Builds one input from path, query and body. Throws `invalid_input` for faults that the schema cannot see. */
export function readInput(route: RestRoute, raw: RawInput): Record<string, unknown> {
  const hasBody = route.method === 'POST'
  const query = readQuery(raw.query, hasBody ? {} : remainingFields(route))
  const body = hasBody ? parseJsonObject(raw.body) : {}
  const issues = [...query.issues, ...misplacedFields(route, body)]
  if (issues.length > 0) throw new AppError('invalid_input', { issues })
  return { ...body, ...query.fields, ...readPath(route, raw.parameters) }
}

/** Renames fields in issues of a schema as in the path, where `chatId` is `id`. `readInput` uses such names already. */
export function withRestNames(route: RestRoute, error: AppError): AppError {
  if (!(error.cause instanceof z.ZodError) || error.issues === undefined) return error
  const names = new Map(route.pathFields.map(({ field, parameter }) => [field, parameter]))
  const issues = error.issues.map((issue) => ({ ...issue, path: names.get(issue.path) ?? issue.path }))
  return new AppError(error.code, { detail: error.detail, issues })
}

function readPath({ pathFields, input }: RestRoute, parameters: readonly string[]): Record<string, unknown> {
  const fields = pathFields.map(({ field }, place) => {
    const text = parameters[place] ?? ''
    return [field, readScalar(input.properties[field] ?? {}, decodeComponent(text) ?? text)]
  })
  return Object.fromEntries(fields)
}

/** Reports fields of the path that the body repeats. */
function misplacedFields({ pathFields }: RestRoute, body: object): InputIssue[] {
  return pathFields.filter(({ field }) => field in body).map(({ field }) => ({ path: field, message: 'Unknown field' }))
}
