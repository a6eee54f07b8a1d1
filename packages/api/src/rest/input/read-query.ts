import type { InputIssue } from '@deskbell/contract/errors'
import type { ObjectSchema } from '../openapi/json-schema.ts'
import { decodeComponent, readScalar } from './read-scalar.ts'

export type QueryReading = { fields: Record<string, unknown>; issues: InputIssue[] }

/**
 * Reads a query string. Returns an issue for each parameter that is unknown, repeated or wrongly encoded. `known` is
 * empty for a path that takes a body.
 */
export function readQuery(query: string, known: ObjectSchema['properties']): QueryReading {
  const fields = new Map<string, unknown>()
  const issues: InputIssue[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const { name, value } = splitPair(pair)
    const fault = faultOf({ name, value, isKnown: Object.hasOwn(known, name), isRepeated: fields.has(name) })
    if (fault !== undefined) issues.push({ path: name.slice(0, 120), message: fault })
    fields.set(name, readScalar(known[name] ?? {}, value ?? ''))
  }
  return { fields: Object.fromEntries(fields), issues }
}

type Parameter = { name: string; value: string | undefined; isKnown: boolean; isRepeated: boolean }

function faultOf({ value, isKnown, isRepeated }: Parameter): string | undefined {
  if (!isKnown) return 'Unknown parameter'
  if (isRepeated) return 'Repeated parameter'
  return value === undefined ? 'Must be percent-encoded UTF-8' : undefined
}

function splitPair(pair: string): { name: string; value: string | undefined } {
  const [name = '', ...rest] = pair.replaceAll('+', ' ').split('=')
  return { name: decodeComponent(name) ?? name, value: decodeComponent(rest.join('=')) }
}
