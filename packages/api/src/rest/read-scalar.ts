import type { JsonSchema } from './json-schema.ts'

const integerPattern = /^(?:0|-?[1-9]\d*)$/

/**
 * Turns the text of a path or query parameter into what its schema asks for, and no more: `01`, `1e3`, ` 1` and `yes`
 * stay text, so that the schema refuses them with its own words. Nothing is written into the shared schemas.
 */
export function readScalar(schema: JsonSchema, text: string): string | number | boolean {
  if (schema.type === 'integer') return integerPattern.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' || (text !== 'false' && text)
  return text
}

/** Percent-decoding that refuses what is no UTF-8; undefined then. */
export function decodeComponent(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
