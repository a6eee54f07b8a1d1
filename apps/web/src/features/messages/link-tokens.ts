export type TextToken =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string }

// Every repeat has a bound: a text made to be slow is read as fast as any other.
const candidate =
  /\b(?:https?:\/\/|mailto:|www\.)[^\s<>"'`]{1,2048}|(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,63}/giu
const schemes = new Set(['http:', 'https:', 'mailto:'])
/** A longer text is shown as it is: looking for links costs time. */
const charsMax = 20_000

/** Cuts a text into plain parts and links. Only http, https and mailto ever become a link. */
export function linkTokens(text: string): TextToken[] {
  const tokens: TextToken[] = []
  let end = 0
  for (const match of text.slice(0, charsMax).matchAll(candidate)) {
    const shown = withoutTail(match[0])
    const href = safeAddress(shown)
    if (href === undefined) continue
    if (match.index > end) tokens.push({ type: 'text', text: text.slice(end, match.index) })
    tokens.push({ type: 'link', text: shown, href })
    end = match.index + shown.length
  }
  if (end < text.length) tokens.push({ type: 'text', text: text.slice(end) })
  return tokens
}

/** The full stop, comma or bracket that ends the sentence is not part of the address. */
function withoutTail(found: string): string {
  let shown = found
  for (;;) {
    const last = shown.at(-1) ?? ''
    const opener = { ')': '(', ']': '[', '}': '{' }[last]
    if (opener !== undefined ? count(shown, last) <= count(shown, opener) : !/[.,:;!?»”’…]/u.test(last)) return shown
    shown = shown.slice(0, -1)
  }
}

function count(text: string, sign: string): number {
  return text.split(sign).length - 1
}

function safeAddress(shown: string): string | undefined {
  const url = URL.parse(withScheme(shown))
  if (url === null || !schemes.has(url.protocol)) return undefined
  // A name and password before the host only serve to disguise the host.
  if (url.protocol !== 'mailto:' && (url.username !== '' || url.hostname === '')) return undefined
  return url.href
}

function withScheme(shown: string): string {
  if (/^(?:https?:\/\/|mailto:)/i.test(shown)) return shown
  return /^www\./i.test(shown) ? `https://${shown}` : `mailto:${shown}`
}
