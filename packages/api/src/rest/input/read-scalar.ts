import type { JsonSchema } from '../openapi/json-schema.ts'

const integerPattern = /^(?:0|-?[1-9]\d*)$/

/**
 * Converts the text of a path or query parameter to the type of its schema. Other forms, such as `01`, `1e3`, ` 1` and
 * `yes`, stay text, so that the schema refuses them with its own message. So the shared schemas need no coercion.
 */
export function readScalar(schema: JsonSchema, text: string): string | number | boolean {
  if (schema.type === 'integer') return integerPattern.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' || (text !== 'false' && text)
  return text
}

/** Decodes percent-encoding. Returns undefined when it is invalid or not UTF-8. */
export function decodeComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
