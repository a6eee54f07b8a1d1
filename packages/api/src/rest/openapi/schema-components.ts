import type { JsonSchema } from './json-schema.ts'

/** Collects the named schemas of the document, so that each is written once and referenced. */
export type SchemaComponents = {
  readonly schemas: Record<string, JsonSchema>
  /** Moves the named parts of a schema to `schemas`, and returns the schema with references to them. */
  add(schema: JsonSchema): JsonSchema
}

export function createSchemaComponents(): SchemaComponents {
  const schemas: Record<string, JsonSchema> = {}

  function add(schema: JsonSchema): JsonSchema {
    const { $defs, $schema: _dialect, id: _id, ...rest } = schema
    for (const [name, part] of Object.entries(isObject($defs) ? $defs : {})) {
      if (isObject(part)) schemas[name] ??= add(part)
    }
    return rewrite(rest)
  }

  return { schemas, add }
}

function rewrite(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, rewriteValue(key, value)]))
}

function rewriteValue(key: string, value: unknown): unknown {
  if (key === '$ref' && typeof value === 'string') return value.replace('#/$defs/', '#/components/schemas/')
  if (Array.isArray(value)) return value.map((item) => rewriteValue('', item))
  return isObject(value) ? rewrite(value) : value
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
