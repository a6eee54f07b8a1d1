import { type JsonSchema, objectFields } from '../openapi/json-schema.ts'
import { escapeHtml, prose, table } from './docs-html.ts'

/** Renders the fields of an object schema as a table. A named schema becomes a link to its own table. */
export function fieldsTable(schema: JsonSchema): string {
  const { properties, required } = objectFields(schema)
  const rows = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? '' : ' <span class="soft">optional</span>'
    return [`<code>${escapeHtml(name)}</code>${optional}`, shapeOf(field), notesOf(field)]
  })
  return table(['Field', 'Type', 'Notes'], rows)
}

/** Renders a schema as a short type: `integer`, `"in" | "out"`, `Chat[]`, `{ id, name } | null`. */
export function shapeOf(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return link(schema.$ref)
  const choices = schema.anyOf ?? schema.oneOf
  if (isSchemas(choices)) return choices.map(shapeOf).join(' | ')
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => code(JSON.stringify(each))).join(' | ')
  if (isSchema(schema.items)) return `${shapeOf(schema.items)}[]`
  if (schema.type === 'object') return objectShape(schema)
  return code(Array.isArray(schema.type) ? schema.type.join(' | ') : String(schema.type ?? 'any'))
}

function objectShape(schema: JsonSchema): string {
  const fields = Object.entries(objectFields(schema).properties)
  return `{ ${fields.map(([name, field]) => `${escapeHtml(name)}: ${shapeOf(field)}`).join(', ')} }`
}

function notesOf(schema: JsonSchema): string {
  const notes = [
    typeof schema.description === 'string' ? prose(schema.description) : '',
    schema.format === 'date-time' ? 'time in UTC with milliseconds' : '',
    rangeOf(schema),
    schema.default === undefined ? '' : `default ${code(JSON.stringify(schema.default))}`,
  ]
  return notes.filter((note) => note !== '').join('; ')
}

function rangeOf({ type, minimum, maximum, exclusiveMinimum, minLength, maxLength }: JsonSchema): string {
  if (type === 'string') return maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters`
  const least = exclusiveMinimum === 0 ? 1 : minimum
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (least === undefined) return ''
  return most === undefined ? `from ${least}` : `${least} to ${most}`
}

function link(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  return `<a href="#shape-${escapeHtml(name)}">${escapeHtml(name)}</a>`
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

function isSchemas(value: unknown): value is JsonSchema[] {
  return Array.isArray(value) && value.every(isSchema)
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
