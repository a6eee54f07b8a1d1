import type { AnyTRPCRouter } from '@trpc/server'
import type { z } from 'zod'
import { describeProcedures, type ProcedureDescription } from '../describe-procedures.ts'
import type { ProcedureMeta, RestMeta, RestStatus } from '../procedure-meta.ts'
import { inputJsonSchema, type JsonSchema, type ObjectSchema, objectFields } from './json-schema.ts'

/** A procedure as REST sees it. */
export type RestRoute = RestMeta & {
  procedure: string
  type: 'query' | 'mutation'
  meta: ProcedureMeta
  input: ObjectSchema
  output: z.ZodType
  defaultStatus: RestStatus
}

/** In paths the chat's id is `{id}`; procedures call it `chatId`. */
export const idParameter = 'id'
export const idField = 'chatId'

/** Every procedure with a REST face. A face that cannot work ends the start, not a request. */
export function collectRoutes(router: AnyTRPCRouter): RestRoute[] {
  return describeProcedures(router).flatMap((procedure) => {
    const { rest } = procedure.meta
    return rest === undefined ? [] : [toRoute(procedure, rest)]
  })
}

export function hasId(route: Pick<RestRoute, 'path'>): boolean {
  return route.path.includes(`{${idParameter}}`)
}

function toRoute(procedure: ProcedureDescription, rest: RestMeta): RestRoute {
  const { name, type, meta, output } = procedure
  if (type === 'subscription' || output === null) throw new Error(`${name}: a stream has no REST face`)
  const input = objectFields(inputJsonSchema(procedure.input))
  const route = { ...rest, procedure: name, type, meta, input, output, defaultStatus: leastStatus(name, rest) }
  if (hasId(route) !== idField in input.properties) throw new Error(`${name}: {id} and chatId belong together`)
  if (rest.method === 'GET') assertScalars(name, input)
  return route
}

function leastStatus(name: string, { success }: RestMeta): RestStatus {
  const status = ([200, 201, 204] as const).find((each) => success[each] !== undefined)
  if (status === undefined) throw new Error(`${name}: no success status`)
  return status
}

/** A query string carries scalars only. */
function assertScalars(name: string, { properties }: ObjectSchema): void {
  for (const [field, schema] of Object.entries(properties)) {
    if (!isScalar(schema)) throw new Error(`${name}: ${field} does not fit a query string`)
  }
}

function isScalar(schema: JsonSchema): boolean {
  return schema.type === 'string' || schema.type === 'integer' || schema.type === 'boolean'
}
