import { z } from 'zod'

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
export type JsonSchema = { [key: string]: unknown }

export type ObjectSchema = { properties: Record<string, JsonSchema>; required: string[] }

/** Describes what a caller may send. */
export function inputJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input' })
}

/** Describes a response. Later versions may add fields, so additional fields are allowed. */
export function outputJsonSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'output',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      if (jsonSchema.format === 'date-time') jsonSchema.pattern = utcMillisPattern
    },
  })
}

/** Together with the format, this is as exact as zod's own pattern of 300 characters. */
const utcMillisPattern = String.raw`\.\d{3}Z$`

const objectSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
})

/** The fields of an object schema; an optional or empty object has none. */
export function objectFields(schema: JsonSchema): ObjectSchema {
  return objectSchema.parse(schema)
}
