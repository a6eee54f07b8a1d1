import { type RestRoute, remainingFields } from '../rest-routes.ts'
import { type JsonSchema, outputJsonSchema } from './json-schema.ts'
import { errorsOf } from './openapi-errors.ts'
import { inputExamples, outputExamples } from './openapi-examples.ts'
import type { SchemaComponents } from './schema-components.ts'

export type OpenApiParameter = {
  name: string
  in: 'path' | 'query'
  required: boolean
  description?: string
  schema: JsonSchema
}

export type OpenApiOperation = {
  operationId: string
  tags: string[]
  summary: string
  description: string
  security?: Record<string, string[]>[]
  parameters?: OpenApiParameter[]
  requestBody?: JsonBody
  responses: Record<string, OpenApiResponse | { $ref: string }>
}

export type JsonMedia = { schema: JsonSchema; example?: unknown }
export type JsonBody = { required: boolean; content: { 'application/json': JsonMedia } }
export type OpenApiResponse = {
  description: string
  headers?: JsonSchema
  content?: { 'application/json'?: JsonMedia; 'application/problem+json'?: JsonSchema }
}

export function operationOf(route: RestRoute, components: SchemaComponents): OpenApiOperation {
  const { meta, procedure } = route
  const parameters = parametersOf(route, components)
  return {
    operationId: procedure,
    tags: [procedure.split('.')[0] ?? procedure],
    summary: meta.summary ?? procedure,
    description: accessNotes[meta.access ?? 'signed-in'],
    ...(meta.access === 'anybody' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.method === 'POST' && bodyOf(route, components)),
    responses: { ...successOf(route, components), ...errorsOf(route) },
  }
}

const accessNotes = {
  anybody: 'Needs no session.',
  'signed-in': 'For clients and operators.',
  operator: 'For operators only; a client gets `forbidden`.',
  admin: 'For admins only; anybody else gets `forbidden`.',
  reopener: 'For operators; a client gets `forbidden` unless the server is set to `CLOSED_CHAT=reopen`.',
}

function parametersOf(route: RestRoute, components: SchemaComponents): OpenApiParameter[] {
  const path = route.pathFields.map(({ parameter, field }): OpenApiParameter => {
    return {
      name: parameter,
      in: 'path',
      description: `The id of the ${field.replace(/Id$/, '')}.`,
      required: true,
      schema: components.add(route.input.properties[field] ?? {}),
    }
  })
  return route.method === 'POST' ? path : [...path, ...queryParameters(route, components)]
}

function queryParameters(route: RestRoute, components: SchemaComponents): OpenApiParameter[] {
  return Object.entries(remainingFields(route)).map(([name, schema]) => {
    const { description, ...rest } = components.add(schema)
    const required = route.input.required.includes(name)
    return { name, in: 'query', required, ...(typeof description === 'string' && { description }), schema: rest }
  })
}

/** Describes the body. A path whose input has no other fields accepts no body but `{}`, and describes none. */
function bodyOf(route: RestRoute, components: SchemaComponents): { requestBody?: JsonBody } {
  const properties = remainingFields(route)
  if (Object.keys(properties).length === 0) return {}
  const required = route.input.required.filter((name) => name in properties)
  const schema = components.add({
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  })
  const media = { schema, ...exampleOf(inputExamples, route) }
  return { requestBody: { required: required.length > 0, content: { 'application/json': media } } }
}

function successOf(route: RestRoute, components: SchemaComponents): Record<string, OpenApiResponse> {
  const entries = Object.entries(route.success).map(([status, description]) => {
    if (status === '204') return [status, { description }] as const
    const schema = components.add(outputJsonSchema(route.output))
    const content = { 'application/json': { schema, ...exampleOf(outputExamples, route) } }
    return [status, { description, content }] as const
  })
  return Object.fromEntries(entries)
}

function exampleOf(examples: Record<string, unknown>, { procedure }: RestRoute): { example?: unknown } {
  const example = examples[procedure]
  return example === undefined ? {} : { example }
}
