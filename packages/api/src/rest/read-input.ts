import { AppError, type InputIssue } from '@deskbell/contract/errors'
import { z } from 'zod'
import { parseJsonObject } from './read-json-body.ts'
import { readQuery } from './read-query.ts'
import { decodeComponent, readScalar } from './read-scalar.ts'
import { hasId, idField, idParameter, type RestRoute } from './rest-routes.ts'

/** What came in, still raw: the path's id and the query percent-encoded, the body in bytes. */
export type RawInput = { id: string | null; query: string; body: Uint8Array }

/** One input object from path, query and body. Throws `invalid_input` for what no schema gets to see. */
export function readInput(route: RestRoute, raw: RawInput): Record<string, unknown> {
  const isQuery = route.method === 'GET'
  const { [idField]: idSchema = {}, ...known } = route.input.properties
  const query = readQuery(raw.query, isQuery ? known : {})
  const body = isQuery ? {} : parseJsonObject(raw.body)
  const issues = [...query.issues, ...(hasId(route) && idField in body ? [unknownId] : [])]
  if (issues.length > 0) throw new AppError('invalid_input', { issues })
  const id = raw.id === null ? {} : { [idField]: readScalar(idSchema, decodeComponent(raw.id) ?? raw.id) }
  return { ...body, ...query.fields, ...id }
}

/** What a schema calls `chatId` is the path's `id` to the caller; issues of our own have the caller's names already. */
export function withRestNames(route: RestRoute, error: AppError): AppError {
  if (!hasId(route) || !(error.cause instanceof z.ZodError) || error.issues === undefined) return error
  const issues = error.issues.map((issue) => (issue.path === idField ? { ...issue, path: idParameter } : issue))
  return new AppError(error.code, { detail: error.detail, issues })
}

const unknownId: InputIssue = { path: idField, message: 'Unknown field' }
