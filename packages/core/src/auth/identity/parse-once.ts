/**
 * Parses a JSON object. Throws for a name that stands twice in one object, at any depth, because parsers disagree on
 * which of the two counts (RFC 8259, section 4).
 */
export function parseOnce(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('This is no object.')
  refuseTwice(text)
  return { ...value }
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** The text is valid JSON, so a string before a colon is a name. */
function refuseTwice(text: string): void {
  const open: Set<string>[] = []
  let last = ''
  for (const [part] of text.matchAll(token)) {
    if (part === '{' || part === '[') open.push(new Set())
    else if (part === '}' || part === ']') open.pop()
    else if (part === ':') {
      const name = JSON.parse(last) as string
      const names = open.at(-1)
      if (names?.has(name) === true) throw new Error('A name stands twice.')
      names?.add(name)
    }
    last = part
  }
}
