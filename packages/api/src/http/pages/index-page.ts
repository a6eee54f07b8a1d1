import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'

/** An HTML file of the web app, ready to be sent. */
export type IndexPage = {
  bodies: Record<'br' | 'gzip' | 'identity', Buffer>
  etag: string
  /** CSP sources of the inline scripts. */
  scriptHashes: string[]
}

/** Settings of the server for its pages, each in a `<meta name="deskbell-…">`. */
export type PageValues = Readonly<Record<string, string>>

/** Reads an HTML file, writes the facts into it, and compresses it, so that pages need no request for the facts. */
export async function readIndexPage(pagesDir: string, values: PageValues, name = 'index.html'): Promise<IndexPage> {
  const source = await readFile(join(pagesDir, name), 'utf8')
  const html = Object.entries(values).reduce(withValue, source)
  const body = Buffer.from(html)
  return {
    bodies: { br: brotliCompressSync(body), gzip: gzipSync(body), identity: body },
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    scriptHashes: inlineScripts(html).map(
      (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    ),
  }
}

function withValue(html: string, [name, content]: [name: string, content: string]): string {
  const meta = `<meta name="deskbell-${name}" content="${escaped(content)}">`
  const metaTag = new RegExp(`<meta\\s+name="deskbell-${name}"[^>]*>`, 'i')
  return metaTag.test(html) ? html.replace(metaTag, () => meta) : html.replace(/<head[^>]*>/i, (head) => head + meta)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function inlineScripts(html: string): string[] {
  const scripts = html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/gi)
  return [...scripts].filter(([, attributes = '']) => !/\ssrc\s*=/i.test(attributes)).map(([, , text = '']) => text)
}
