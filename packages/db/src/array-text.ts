/*
 * Arrays in the text form of PostgreSQL. The driver's own conversion checks the type of every element, which takes too
 * long for a batch of sends with thousands of values.
 */

export function numberArray(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`
}

export function textArray(values: readonly string[]): string {
  return `{${values.map(quoted).join(',')}}`
}

function quoted(value: string): string {
  return needsEscape.test(value) ? `"${value.replace(escaped, '\\$&')}"` : `"${value}"`
}

const needsEscape = /["\\]/
const escaped = /["\\]/g
