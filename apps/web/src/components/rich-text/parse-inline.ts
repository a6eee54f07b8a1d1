import { findLinks } from './find-links.ts'

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'bold' | 'italic'; readonly children: readonly Inline[] }

/**
 * Parses one line: `code`, links, **bold** and *italic*. A mark counts only if nothing else can be meant, with its
 * partner on the same line; all other characters stay as typed. The time is linear in the length of the line.
 */
export function parseInline(line: string): Inline[] {
  if (!/[*`@]|https?:|www\./i.test(line)) return line === '' ? [] : [{ type: 'text', text: line }]
  return withEmphasis(line, withLinks(line, codeSpans(line)))
}

/** A part of the line that marks of emphasis cannot split. */
type Solid = { readonly start: number; readonly end: number; readonly node: Inline }

const asian = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}'
// Words of these scripts have no spaces between them, so marks touch them.
const word = new RegExp(`(?![${asian}])[\\p{L}\\p{N}\\p{M}_]`, 'u')

function codeSpans(line: string): Solid[] {
  const fences = [...line.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({ index, length }))
  const nextOf = nextOfSameLength(fences)
  const spans: Solid[] = []
  for (let at = 0; at < fences.length; at += 1) {
    const opening = fences[at]
    const closingAt = nextOf[at]
    const closing = closingAt === undefined ? undefined : fences[closingAt]
    if (opening === undefined || closingAt === undefined || closing === undefined) continue
    const [start, end] = [opening.index, closing.index + closing.length]
    if (word.test(charBefore(line, start)) || word.test(charAfter(line, end))) continue
    const text = line.slice(start + opening.length, closing.index)
    if (text.trim() === '') continue
    spans.push({ start, end, node: { type: 'code', text } })
    at = closingAt
  }
  return spans
}

function nextOfSameLength(fences: readonly { readonly length: number }[]): (number | undefined)[] {
  const latest = new Map<number, number>()
  const next: (number | undefined)[] = []
  for (let at = fences.length - 1; at >= 0; at -= 1) {
    const length = fences[at]?.length ?? 0
    next[at] = latest.get(length)
    latest.set(length, at)
  }
  return next
}

/** Adds the links between the code spans. */
function withLinks(line: string, code: readonly Solid[]): Solid[] {
  const solids: Solid[] = []
  let from = 0
  const addLinks = (end: number) => {
    for (const { start: linkStart, end: linkEnd, href } of findLinks(line.slice(from, end))) {
      const [start, stop] = [from + linkStart, from + linkEnd]
      solids.push({ start, end: stop, node: { type: 'link', text: line.slice(start, stop), href } })
    }
  }
  for (const span of code) {
    addLinks(span.start)
    solids.push(span)
    from = span.end
  }
  addLinks(line.length)
  return solids
}

type Mark = { readonly start: number; readonly length: number; readonly opens: boolean; readonly closes: boolean }
type Pair = { readonly opening: Mark; readonly closing: Mark }

function withEmphasis(line: string, solids: readonly Solid[]): Inline[] {
  const pairs = pairMarks(line, marksOf(line, solids))
  return buildNodes({ line, solids, pairs }, { start: 0, end: line.length })
}

/** What may precede an opening mark or follow a closing one: nothing, a space, or characters around words. */
const beforeOpening = new RegExp(`^$|[\\s\\p{Ps}\\p{Pi}"'’“„‚«»¿¡–—,:;>。，、；：！？・${asian}]`, 'u')
const afterClosing = new RegExp(`^$|[\\s\\p{Pe}\\p{Pf}"'’“”«».,:;!?…\\-–—。，、；：！？・${asian}]`, 'u')
// Only words may be inside: `*.txt` and `count(*)` are not emphasis.
const afterOpening = /[\p{L}\p{N}\p{Ps}\p{Pi}\p{Sc}\p{Extended_Pictographic}"'«„“¿¡#@+`]/u
const beforeClosing = /[\p{L}\p{N}\p{M}\p{Pe}\p{Pf}\p{Sc}\p{Extended_Pictographic}"'»“”.,:;!?…%+/`_。！？]/u

function marksOf(line: string, solids: readonly Solid[]): Mark[] {
  const marks: Mark[] = []
  let solidAt = 0
  for (const {
    index: start,
    0: { length },
  } of line.matchAll(/\*+/g)) {
    while ((solids[solidAt]?.end ?? Number.POSITIVE_INFINITY) <= start) solidAt += 1
    const isInside = (solids[solidAt]?.start ?? Number.POSITIVE_INFINITY) <= start
    if (length > 3 || isInside) continue
    const [before, after] = [charBefore(line, start), charAfter(line, start + length)]
    // A run of asterisks is one mark: `***a***` is bold and italic, but `**a *b***` stays as it is.
    marks.push({
      start,
      length,
      opens: beforeOpening.test(before) && afterOpening.test(after),
      closes: beforeClosing.test(before) && afterClosing.test(after),
    })
  }
  return marks
}

/** Pairs are nested or separate. At most one mark of each length is open, so none is nested deeper than three. */
function pairMarks(line: string, marks: readonly Mark[]): Pair[] {
  const pairs: Pair[] = []
  let open: Mark[] = []
  for (const mark of marks) {
    const at = open.findIndex((each) => each.length === mark.length)
    const opening = open[at]
    if (mark.closes && opening !== undefined) {
      if (isEmphasis(line, { opening, closing: mark })) pairs.push({ opening, closing: mark })
      open = open.slice(0, at)
    } else if (mark.opens) {
      open = [...open.filter((each) => each.length !== mark.length), mark]
    }
  }
  return pairs.sort((a, b) => a.opening.start - b.opening.start)
}

/** Numbers alone between single marks are a product: `5 *3* 2`. */
function isEmphasis(line: string, { opening, closing }: Pair): boolean {
  return opening.length > 1 || /[\p{L}\p{Extended_Pictographic}]/u.test(line.slice(opening.start, closing.start))
}

type Parsed = { readonly line: string; readonly solids: readonly Solid[]; readonly pairs: readonly Pair[] }
type Part = { readonly start: number; readonly end: number }

function buildNodes(parsed: Parsed, whole: Part): Inline[] {
  const { line } = parsed
  let [solidAt, pairAt] = [0, 0]
  const build = ({ start, end }: Part): Inline[] => {
    const nodes: Inline[] = []
    let at = start
    const addText = (until: number) => {
      if (until > at) nodes.push({ type: 'text', text: line.slice(at, until) })
    }
    for (;;) {
      const solid = parsed.solids[solidAt]
      const pair = parsed.pairs[pairAt]
      const solidStart = solid?.start ?? Number.POSITIVE_INFINITY
      const pairStart = pair?.opening.start ?? Number.POSITIVE_INFINITY
      if (Math.min(solidStart, pairStart) >= end) break
      addText(Math.min(solidStart, pairStart))
      if (pair !== undefined && pairStart < solidStart) {
        pairAt += 1
        const inner = { start: pairStart + pair.opening.length, end: pair.closing.start }
        nodes.push(emphasis(pair.opening.length, build(inner)))
        at = pair.closing.start + pair.closing.length
      } else if (solid !== undefined) {
        solidAt += 1
        nodes.push(solid.node)
        at = solid.end
      }
    }
    addText(end)
    return nodes
  }
  return build(whole)
}

function emphasis(length: number, children: readonly Inline[]): Inline {
  if (length === 1) return { type: 'italic', children }
  return { type: 'bold', children: length === 2 ? children : [{ type: 'italic', children }] }
}

/** Returns whole characters, though some are two units long. */
function charBefore(line: string, at: number): string {
  const last = line.charCodeAt(at - 1)
  return at < 1 ? '' : line.slice(at - (last >= 0xdc00 && last <= 0xdfff ? 2 : 1), at)
}

function charAfter(line: string, at: number): string {
  const code = line.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}
