import { AppError, type InputIssue } from '@deskbell/contract/errors'
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

/** The schema's `chatId` is the path's `id` to the caller. */
export function nameIssues(route: RestRoute, issues: InputIssue[]): InputIssue[] {
  if (!hasId(route)) return issues
  return issues.map((issue) =>
    issue.path === idField && issue !== unknownId ? { ...issue, path: idParameter } : issue,
  )
}

const unknownId: InputIssue = { path: idField, message: 'Unknown field' }
