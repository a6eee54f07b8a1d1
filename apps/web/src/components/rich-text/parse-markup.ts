import { type Inline, parseInline } from './parse-inline.ts'

/** A part of a message, which is a list of blocks from top to bottom. */
export type Block =
  /** Lines as they were typed, with their breaks. */
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly language: string; readonly text: string }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  | { readonly type: 'bullets'; readonly items: readonly Item[] }
  /** `end` is the character after the number: `1.` or `1)`. */
  | { readonly type: 'numbers'; readonly start: number; readonly end: '.' | ')'; readonly items: readonly Item[] }

export type Item = readonly Inline[]

const quotesDeep = 3

/**
 * Parses the light markup of messages. A mark counts only if nothing else can be meant: a list has two items or more, a
 * fence is closed, and indented lines stay as they are. All other characters are shown, in their place.
 */
export function parseMarkup(text: string): Block[] {
  return parseLines(text.split('\n'), 0)
}

type Taken = { readonly block: Block; readonly lines: number }

function parseLines(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = []
  let plain: string[] = []
  const endParagraph = () => {
    if (plain.some((line) => line.trim() !== '')) blocks.push({ type: 'paragraph', children: inlineLines(plain) })
    plain = []
  }
  const fences = fenceEnds(lines)
  for (let at = 0; at < lines.length; ) {
    const taken = takeCode(lines, { at, end: fences.get(at) }) ?? takeQuote(lines, at, depth) ?? takeList(lines, at)
    if (taken === undefined) {
      plain.push(lines[at] ?? '')
      at += 1
    } else {
      endParagraph()
      blocks.push(taken.block)
      at += taken.lines
    }
  }
  endParagraph()
  return blocks
}

/** Joins lines into one paragraph: the browser finds the direction of each line by itself. */
function inlineLines(lines: readonly string[]): Inline[] {
  const children = trimEmpty(lines).flatMap((line, index): Inline[] => [
    ...(index === 0 ? [] : [{ type: 'text', text: '\n' } as const]),
    ...parseInline(line),
  ])
  return joinTexts(children)
}

/** Removes empty lines beside another block: the layout adds the distance. */
function trimEmpty(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  return lines.slice(first, last + 1)
}

function joinTexts(nodes: readonly Inline[]): Inline[] {
  const joined: Inline[] = []
  let texts: string[] = []
  const endText = () => {
    if (texts.length > 0) joined.push({ type: 'text', text: texts.join('') })
    texts = []
  }
  for (const node of nodes) {
    if (node.type === 'text') texts.push(node.text)
    else {
      endText()
      joined.push(node)
    }
  }
  endText()
  return joined
}

const openingFence = /^```([^\s`]{0,40})\s*$/
const closingFence = /^```\s*$/

/** Returns the line of the closing fence for each opening one. */
function fenceEnds(lines: readonly string[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>()
  let opened: number | undefined
  for (const [at, line] of lines.entries()) {
    if (opened !== undefined && closingFence.test(line)) {
      ends.set(opened, at)
      opened = undefined
    } else if (opened === undefined && openingFence.test(line)) opened = at
  }
  return ends
}

function takeCode(
  lines: readonly string[],
  { at, end }: { readonly at: number; readonly end: number | undefined },
): Taken | undefined {
  if (end === undefined) return undefined
  const text = lines.slice(at + 1, end).join('\n')
  if (text.trim() === '') return undefined
  const language = openingFence.exec(lines[at] ?? '')?.[1] ?? ''
  return { block: { type: 'code', language, text }, lines: end - at + 1 }
}

function takeQuote(lines: readonly string[], at: number, depth: number): Taken | undefined {
  if (depth >= quotesDeep || !/^> .*\S/.test(lines[at] ?? '')) return undefined
  const inner: string[] = []
  for (let line = lines[at]; line !== undefined && /^>(?: |$)/.test(line); line = lines[at + inner.length]) {
    inner.push(line.slice(2))
  }
  return { block: { type: 'quote', blocks: parseLines(inner, depth + 1) }, lines: inner.length }
}

function takeList(lines: readonly string[], at: number): Taken | undefined {
  return takeBullets(lines, at) ?? takeNumbers(lines, at)
}

function takeBullets(lines: readonly string[], at: number): Taken | undefined {
  const mark = /^([-*+•]) (?![-*+•] )\S/.exec(lines[at] ?? '')?.[1]
  if (mark === undefined) return undefined
  const items = takeItems(lines, at, (line) => (line.startsWith(`${mark} `) ? line.slice(2) : ''))
  return items === undefined ? undefined : { block: { type: 'bullets', items }, lines: items.length }
}

function takeNumbers(lines: readonly string[], at: number): Taken | undefined {
  const [, first, end] = /^(0|[1-9]\d{0,2})([.)]) \S/.exec(lines[at] ?? '') ?? []
  if (first === undefined || (end !== '.' && end !== ')')) return undefined
  const start = Number(first)
  const items = takeItems(lines, at, (line, index) => {
    const mark = `${start + index}${end} `
    return line.startsWith(mark) ? line.slice(mark.length) : ''
  })
  return items === undefined ? undefined : { block: { type: 'numbers', start, end, items }, lines: items.length }
}

/** Returns undefined for fewer than two items: a dash at the start of a single line is a dash. */
function takeItems(
  lines: readonly string[],
  at: number,
  textOf: (line: string, index: number) => string,
): Item[] | undefined {
  const items: Item[] = []
  for (let line = at; line < lines.length; line += 1) {
    const text = textOf(lines[line] ?? '', line - at)
    if (text.trim() === '') break
    items.push(parseInline(text))
  }
  return items.length < 2 ? undefined : items
}
