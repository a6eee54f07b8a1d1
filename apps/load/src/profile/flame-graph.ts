import { type Frame, ownerOf } from './cpu-profile.ts'

const [width, rowHeight, letterWidth, headHeight] = [1_200, 17, 6.2, 30]
/** Narrower ones are left out: nobody can read them. */
const widthMin = 2

type Box = { frame: Frame; x: number; width: number; depth: number }

/**
 * The calls of a profile as an SVG: callers below, called functions above, as wide as the time in them and below.
 * After Brendan Gregg, "The Flame Graph", ACM Queue 14(2), 2016.
 */
export function flameGraph(root: Frame, title: string): string {
  const boxes = boxesOf({ frame: root, x: 0, width, depth: 0 })
  const depth = Math.max(...boxes.map((box) => box.depth))
  const height = headHeight + (depth + 1) * rowHeight
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="10" style="background:#fff">
<title>${escaped(title)}</title>
<text x="8" y="18" font-size="13" font-weight="bold">${escaped(title)}</text>
${boxes.map((box) => boxSvg(box, { root, bottom: height })).join('\n')}
</svg>
`
}

function boxesOf(box: Box): Box[] {
  let { x } = box
  const above = [...box.frame.calls.values()]
    .toSorted((a, b) => b.us - a.us)
    .flatMap((frame) => {
      const boxWidth = (frame.us / box.frame.us) * box.width
      const next = { frame, x, width: boxWidth, depth: box.depth + 1 }
      x += boxWidth
      return boxWidth < widthMin ? [] : boxesOf(next)
    })
  return [box, ...above]
}

function boxSvg({ frame, x, width: boxWidth, depth }: Box, { root, bottom }: { root: Frame; bottom: number }): string {
  const y = bottom - (depth + 1) * rowHeight
  const share = `${((100 * frame.us) / root.us).toFixed(1)} %`
  const letters = Math.floor((boxWidth - 6) / letterWidth)
  const label = letters < 3 ? '' : frame.name.slice(0, letters)
  const place = `x="${x.toFixed(1)}" y="${y}" width="${(boxWidth - 0.5).toFixed(1)}" height="${rowHeight - 1}"`
  const text = label === '' ? '' : `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`
  return `<g><title>${escaped(`${frame.name} ${frame.file} ${share}`)}</title><rect ${place} rx="1" fill="${colourOf(frame)}"/>${text}</g>`
}

const colours: Readonly<Record<string, string>> = {
  Deskbell: '#f4a261',
  Node: '#cbd5e1',
  'garbage collector': '#e76f51',
  '@trpc/server': '#8ecae6',
  'drizzle-orm': '#b5e48c',
  pg: '#76c893',
  'pg-protocol': '#76c893',
  'pg-pool': '#76c893',
  zod: '#cdb4db',
  ws: '#ffd166',
}

function colourOf(frame: Frame): string {
  return colours[ownerOf(frame)] ?? '#e9e5dc'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
