import { LinkifyIt, REBuilder } from 'linkify-it'

export type TextToken =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string }

/**
 * Splits a text into plain parts and links. Only http, https and mailto become links. An address is a link as a whole
 * or not at all: a part of it would lead to somebody else. docs/decisions/0030
 */
export function linkTokens(text: string): TextToken[] {
  const tokens: TextToken[] = []
  let end = 0
  for (const link of findLinks(text)) {
    if (link.start > end) tokens.push({ type: 'text', text: text.slice(end, link.start) })
    tokens.push({ type: 'link', text: text.slice(link.start, link.end), href: link.href })
    end = link.end
  }
  if (end < text.length) tokens.push({ type: 'text', text: text.slice(end) })
  return tokens
}

export type FoundLink = { readonly start: number; readonly end: number; readonly href: string }

export function findLinks(text: string): FoundLink[] {
  // Most texts contain no link, and the patterns take some milliseconds to build.
  if (!/https?:|www\.|@/i.test(text)) return []
  const links: FoundLink[] = []
  let offset = 0
  let end = 0
  for (const piece of text.split(seam)) {
    for (const match of finder().match(piece) ?? []) {
      const found = { text, start: offset + match.index, end: offset + match.lastIndex }
      // The link before may reach further than its match: it has the query of a `mailto:`.
      if (found.start < end) continue
      const link = match.schema === 'mailto:' ? emailLink(found) : urlLink(found)
      if (link === null) continue
      links.push(link)
      end = link.end
    }
    offset += piece.length
  }
  return links
}

const cjk = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}'
/** Where a new address begins without a space before it: `https://a.example/x,https://b.example`. */
const seam = new RegExp(
  `(?=[,;|]['"’”“‘«»()\\[\\]{}]{0,3}(?:https?://|www\\.))|(?<=[_|${cjk}])(?=https?://|www\\.)`,
  'giu',
)

/** The library's patterns, with the forms that it leaves out. */
class Patterns extends REBuilder {
  override get_text_separators() {
    return /[><\uff5c`]/
  }

  /** Dashes, dots and apostrophes in the titles of pages: `Michelson–Morley_experiment`. */
  override get_path_extra() {
    return new RegExp(`[‐‑–’·・](?=${this.get_pseudo_letter().source})|`)
  }

  /** The characters that RFC 5322 allows, and letters of other alphabets that put spaces between words. */
  override get_mail_name() {
    const letter = `(?:(?!${this.src_ZPCc}|${this.get_text_separators().source})[\\u00a1-\\u1fff])`
    const sign = `(?:[-!#$%&'*+/=?^_\`{|}~a-zA-Z0-9]|${letter})`
    return new RegExp(`${sign}(?:${sign}|[.](?=${sign})){0,63}`)
  }

  /**
   * One label of a host. The library lists `xn--` labels apart too, and so has two ways to read each of them: a text of
   * many takes seconds.
   */
  override get_domain() {
    const letter = this.get_pseudo_letter().source
    return new RegExp(`${letter}(?:(?:-|${letter}){0,61}${letter})?`)
  }

  /** What may precede an address: any character that cannot be part of it. Kept, because each search asks for it. */
  override get_mail_name_validator() {
    this.#mailNameValidator ??= this.#newMailNameValidator()
    return this.#mailNameValidator
  }

  #mailNameValidator: RegExp | undefined

  #newMailNameValidator(): RegExp {
    const foreign = `(?![\\u0000-\\u007f])(?:${this.src_ZPCc}|[\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff])`
    const before = `^|${this.get_text_separators().source}|[",:;()\\[\\]]|${this.src_ZCc}|${foreign}`
    return new RegExp(`(?:${before})(${this.get_mail_name().source})$`)
  }
}

let made: LinkifyIt | undefined

function finder(): LinkifyIt {
  made ??= new LinkifyIt({ rebuilder: new Patterns(), maxLength: 20_000 })
    .add('ftp:', null)
    .add('//', null)
    .add('www.', { validate: validateWww })
  return made
}

let wwwPattern: RegExp | undefined

function validateWww(text: string, at: number, { re }: LinkifyIt): number {
  wwwPattern ??= new RegExp(`(?=[^.]+\\.[^.])${re.get_url_host_port().source}${re.get_path().source}`, 'iy')
  wwwPattern.lastIndex = at
  return wwwPattern.exec(text)?.[0].length ?? 0
}

type Found = { readonly text: string; readonly start: number; readonly end: number }

/** Invisible characters could hide where the address ends. Only joiners occur inside words. */
const unseen = /(?![\u200c\u200d])\p{Cf}/u

function urlLink({ text, start, end: foundEnd }: Found): FoundLink | null {
  const before = text[start - 1] ?? ''
  let shown = text.slice(start, foundEnd)
  const isWww = /^www\./i.test(shown)
  if (isWww && /[\w.@/\\-]/.test(before)) return null
  const cut = shown.search(unseen)
  if (cut >= 0) shown = shown.slice(0, cut)
  shown = shown.replace(before === '_' ? tailAfterMark : tail, '')
  const [, scheme = '', , typedHost = '', rest = ''] = /^((https?:)\/\/|)([^/?#]*)(.*)$/isu.exec(shown) ?? []
  const host = withoutGluedWords(typedHost)
  if (host !== typedHost && rest !== '') return null
  shown = `${scheme}${host}${rest}`
  const next = text[start + shown.length] ?? ''
  // A user name before the host only disguises it.
  if (next === '@' || (rest === '' && /^(?:\\|:[^\s/?#]{0,256}@)/.test(text.slice(start + shown.length)))) return null
  const url = parseUrl(isWww ? `https://${shown}` : shown)
  if (url === null || url.username !== '' || isDeceptiveHost(host.replace(/:\d*$/, ''))) return null
  return { start, end: start + shown.length, href: url.href }
}

// The look back keeps a search from beginning anew at each sign, which takes time in the square of their number.
const tail = /(?<![*.,:;!?|])[*.,:;!?|]+$/
const tailAfterMark = /(?<![*_.,:;!?|])[*_.,:;!?|]+$/
const gluedHost = new RegExp(`^(.*\\.[a-z]{2,})[${cjk}][^.]*$`, 'isu')

/** No top-level domain mixes Latin letters with others, so what follows is the next word: `https://a.com谢谢`. */
function withoutGluedWords(host: string): string {
  return gluedHost.exec(host)?.[1] ?? host
}

function emailLink(found: Found): FoundLink | null {
  const { text } = found
  const isScheme = /^mailto:/i.test(text.slice(found.start, found.end))
  const at = text.indexOf('@', found.start)
  const start = isScheme ? found.start + 'mailto:'.length : found.start + wrapLength(text, found)
  const local = text.slice(start, at)
  const domain = withoutGluedWords(text.slice(at + 1, found.end))
  const end = at + 1 + domain.length
  if (isPartial(text, { start, end }) || !isBalanced(local) || /^\//.test(local)) return null
  if (!isMailDomain(domain)) return null
  const href = `mailto:${local.replace(/[%?#]/g, encodeURIComponent)}@${parseUrl(`http://${domain}`)?.hostname}`
  if (!isScheme) return { start, end, href }
  const query = mailQuery(text, end)
  return { start: found.start, end: end + query.length, href: `${href}${query}` }
}

function isMailDomain(domain: string): boolean {
  const ending = domain.slice(domain.lastIndexOf('.') + 1)
  const isName = /^(?:xn--[a-z\d-]+|\p{L}[\p{L}\p{M}\p{N}-]+)$/iu.test(ending)
  return isName && parseUrl(`http://${domain}`) !== null && !isDeceptiveHost(domain)
}

/** Returns whether the address continues after the match, or is the user of a URL or of a copy command. */
function isPartial(text: string, { start, end }: { start: number; end: number }): boolean {
  if (/^(?:[@\\]|:[\w/~])/.test(text.slice(end, end + 2))) return true
  return /:\/\/[^\s/?#]*$/.test(text.slice(Math.max(0, start - 300), start))
}

/**
 * Returns the length of the marks around an address. They are not part of it, though they could be:
 * `*anna@example.com*`.
 */
function wrapLength(text: string, { start, end }: Found): number {
  const [opening = ''] = /^[*_~'`|{]+/.exec(text.slice(start, end)) ?? []
  const closing = [...opening].reverse().join('').replaceAll('{', '}')
  return opening !== '' && text.startsWith(closing, end) ? opening.length : 0
}

function isBalanced(local: string): boolean {
  return local.split('{').length === local.split('}').length
}

function mailQuery(text: string, from: number): string {
  const query = /\?[^\s<>"'`]*[^\s<>"'`.,;:!?)\]]/y
  query.lastIndex = from
  return query.exec(text)?.[0] ?? ''
}

function parseUrl(address: string): URL | null {
  try {
    return new URL(address)
  } catch {
    return null
  }
}

/** Scripts with letters that look like Latin ones. */
const lookalikes = [
  {
    script: /\p{Script=Cyrillic}/u,
    whole: /^[\p{Script=Cyrillic}\p{M}\d-]+$/u,
    latin: /^[асԁеһіјӏорԛѕԝхуъЬҽпгѵѡ\d-]+$/u,
  },
  { script: /\p{Script=Greek}/u, whole: /^[\p{Script=Greek}\p{M}\d-]+$/u, latin: /^[αικνρυωηοτϲϳ\d-]+$/u },
  { script: /\p{Script=Armenian}/u, whole: /^[\p{Script=Armenian}\p{M}\d-]+$/u, latin: /^[ագզէլհյնոսւօՙ\d-]+$/u },
  { script: /\p{Script=Cherokee}/u, whole: /^[\p{Script=Cherokee}\d-]+$/u, latin: /^/ },
]
/** Scripts that honest names combine with Latin letters, because they look like no Latin letter. */
const latinAndAsian =
  /^[\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}ー・\d_-]+$/u
/** Phonetic and other rare letters that look like plain ones: ɡ, ı, ɑ, ſ. */
const rareLatin = /[ıĸſ\u0250-\u02af\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]/u

/**
 * Returns whether this host could be mistaken for another one. True for a label that mixes scripts or has rare letters,
 * and for one spelled only in letters that look Latin under a Latin ending: `аррӏе.com` in Cyrillic. Browsers decide
 * similarly when to show punycode.
 */
export function isDeceptiveHost(host: string): boolean {
  const labels = host.normalize('NFC').toLowerCase().split('.')
  const isLatinEnding = /^[a-z]/.test(labels.at(-1) ?? '')
  return labels.some((label) => isDeceptiveLabel(label, isLatinEnding))
}

function isDeceptiveLabel(label: string, isLatinEnding: boolean): boolean {
  if (/^[\0-\x7f]*$/.test(label)) return false
  for (const { script, whole, latin } of lookalikes) {
    if (script.test(label)) return !whole.test(label) || (isLatinEnding && latin.test(label))
  }
  return /\p{Script=Latin}/u.test(label) && (!latinAndAsian.test(label) || rareLatin.test(label))
}
