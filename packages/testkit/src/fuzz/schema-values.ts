import fc from 'fast-check'

export type Schema = { readonly [key: string]: unknown }

/** Existing ids, by the name of the field or parameter that takes them. */
export type KnownIds = Readonly<Record<string, readonly number[]>>

/** Names that an object has without an own field, and others that code may stumble over. */
export const hostileNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '',
]

const hostileTexts = [
  '',
  ' ',
  'a\u0000b',
  '\ud83d',
  '\u202e',
  '\u200b',
  "1' or '1'='1",
  '../../etc/passwd',
  '{{7*7}}',
  '%00',
  'x'.repeat(20_000),
  '💥'.repeat(300),
  '1:99999999999999999999',
  'NaN',
  ...hostileNames,
]

const hostileNumbers = [0, -0, -1, 0.5, 1e308, 2 ** 31, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 2 ** 63]

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Any JSON value, mostly one that code may stumble over. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts),
  fc.constantFrom<unknown>(...hostileNumbers),
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], { length: 3 }, nested(2_000)),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Values of a JSON schema: as it says, and in one field of three not. */
export function valuesOf(schema: Schema, ids: KnownIds): fc.Arbitrary<unknown> {
  if (schema['type'] !== 'object') return shaped('', schema, ids)
  const properties = Object.entries(schemasIn(schema['properties']))
  const fields = properties.map(([name, field]) =>
    fc.oneof(
      { weight: 6, arbitrary: shaped(name, field, ids).map((value): [string, unknown][] => [[name, value]]) },
      { weight: 2, arbitrary: hostileValues.map((value): [string, unknown][] => [[name, value]]) },
      { weight: 1, arbitrary: fc.constant<[string, unknown][]>([]) },
    ),
  )
  const further = fc.oneof(
    { weight: 5, arbitrary: fc.constant<[string, unknown][]>([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.constantFrom(...hostileNames), hostileValues), { maxLength: 2 }) },
  )
  const objects = fc.tuple(further, ...fields).map((entries) => Object.fromEntries(entries.flat()))
  return fc.oneof({ weight: 12, arbitrary: objects }, { weight: 1, arbitrary: hostileValues })
}

/** Values that fit the schema of a field in their form, though not always in their bounds. */
export function shaped(name: string, schema: Schema, ids: KnownIds): fc.Arbitrary<unknown> {
  const choices = schema['enum'] ?? schema['const']
  if (choices !== undefined) return fc.constantFrom<unknown>(...[choices].flat())
  switch (schema['type']) {
    case 'integer':
    case 'number':
      return fc.oneof(fc.constantFrom<unknown>(...(ids[name] ?? [1])), fc.nat({ max: 50 }), fc.maxSafeInteger())
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(valuesOf(schemaOf(schema['items']), ids), { maxLength: 4 })
    case 'object':
      return valuesOf(schema, ids)
    default:
      return texts
  }
}

const texts = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.emailAddress(),
  fc.constantFrom('a', 'hello', 'client', 'operator', 'open', 'again'),
)

function schemasIn(value: unknown): Record<string, Schema> {
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, schema]) => [name, schemaOf(schema)]))
}

function schemaOf(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
