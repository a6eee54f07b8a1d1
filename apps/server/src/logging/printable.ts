/** Control characters, line separators, and characters that turn the direction of text: a terminal obeys them. */
const obeyed = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/**
 * Writes what a terminal would obey as `\uXXXX`, so that nothing from outside moves its cursor, changes its title or
 * forges a line. In JSON it changes nothing but the spelling: JSON has these characters within strings only.
 */
export function printable(line: string): string {
  return line.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const charsMax = 500

/** Cuts long texts among the fields of a line, such as a path that a caller has sent. Errors stay whole. */
export function cutFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, isLong(value) ? cut(value) : value]))
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length > charsMax
}

function cut(text: string): string {
  return `${text.slice(0, charsMax).toWellFormed()}… (${text.length} characters)`
}
