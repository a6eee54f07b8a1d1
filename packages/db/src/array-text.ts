/*
 * Arrays in PostgreSQL's own text form. The driver's way asks about the type of every element;
 * a batch of sends has thousands.
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
