import type { AnyTRPCRouter } from '@trpc/server'
import type { z } from 'zod'
import { describeProcedures, type ProcedureDescription } from '../describe-procedures.ts'
import type { ProcedureMeta, RestMeta, RestStatus } from '../procedure-meta.ts'
import { inputJsonSchema, type JsonSchema, type ObjectSchema, objectFields } from './openapi/json-schema.ts'

/** A parameter of a path, and the input field that it sets. */
export type PathField = { parameter: string; field: string }

/** A procedure that REST exposes. */
export type RestRoute = RestMeta & {
  procedure: string
  type: 'query' | 'mutation'
  meta: ProcedureMeta
  input: ObjectSchema
  /** In the order of the path. */
  pathFields: readonly PathField[]
  output: z.ZodType
  defaultStatus: RestStatus
}

/** Returns all procedures with REST metadata. Throws for invalid metadata, so that the start fails and no request. */
export function collectRoutes(router: AnyTRPCRouter): RestRoute[] {
  return describeProcedures(router).flatMap((procedure) => {
    const { rest } = procedure.meta
    return rest === undefined ? [] : [toRoute(procedure, rest)]
  })
}

/** Returns the input fields that are not in the path: those of the query or of the body. */
export function remainingFields({
  input,
  pathFields,
}: Pick<RestRoute, 'input' | 'pathFields'>): Record<string, JsonSchema> {
  const inPath = new Set(pathFields.map(({ field }) => field))
  return Object.fromEntries(Object.entries(input.properties).filter(([field]) => !inPath.has(field)))
}

function toRoute(procedure: ProcedureDescription, rest: RestMeta): RestRoute {
  const { name, type, meta, output } = procedure
  if (type === 'subscription' || output === null) throw new Error(`${name}: a stream has no REST face`)
  const input = objectFields(inputJsonSchema(procedure.input))
  const pathFields = pathFieldsOf(rest.path)
  const route = { ...rest, procedure: name, type, meta, input, pathFields, output }
  for (const { parameter, field } of pathFields) {
    if (!(field in input.properties)) throw new Error(`${name}: {${parameter}} is no field of the input`)
  }
  if ('chatId' in remainingFields(route)) throw new Error(`${name}: {id} and chatId belong together`)
  if (rest.method !== 'POST') assertScalars(name, input)
  return { ...route, defaultStatus: leastStatus(name, rest) }
}

/** The id of a chat is `{id}` in paths and `chatId` in inputs. */
function pathFieldsOf(path: string): PathField[] {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => parameter)
  return parameters.map((parameter) => ({ parameter, field: parameter === 'id' ? 'chatId' : parameter }))
}

function leastStatus(name: string, { success }: RestMeta): RestStatus {
  const status = ([200, 201, 204] as const).find((each) => success[each] !== undefined)
  if (status === undefined) throw new Error(`${name}: no success status`)
  return status
}

/** Throws for a field that is not a scalar, because a query string can only contain scalars. */
function assertScalars(name: string, { properties }: ObjectSchema): void {
  for (const [field, schema] of Object.entries(properties)) {
    if (!isScalar(schema)) throw new Error(`${name}: ${field} does not fit a query string`)
  }
}

function isScalar(schema: JsonSchema): boolean {
  return schema.type === 'string' || schema.type === 'integer' || schema.type === 'boolean'
}
